package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.Content;

/**
 * Content whose memory is used again once nobody holds it. Whoever is handed one may use it during
 * the call, and longer if it holds it. Safe for concurrent use.
 */
public interface Held extends Content {

  /** Keeps the memory until {@link #release()} is called once more than before. */
  void hold();

  /** Lets go of it; what let go may not read it any more. */
  void release();
}
