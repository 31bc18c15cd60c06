package io.tradingengine.backup.spi;

import java.io.IOException;

/** An earlier capture cannot be built on. The message says why, as the end of a sentence. */
public final class UnusableParentException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Says why.
   *
   * @param reason such as {@code the server is on timeline 3, the backup on 2}
   */
  public UnusableParentException(String reason) {
    super(reason);
  }
}
