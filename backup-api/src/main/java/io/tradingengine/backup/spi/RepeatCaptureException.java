package io.tradingengine.backup.spi;

import java.io.IOException;

/**
 * A capture turned out at its end not to be right, and the same source would go another way if it
 * were asked once more. The message says why, as the end of a sentence.
 */
public final class RepeatCaptureException extends IOException {
  private static final long serialVersionUID = 1L;

  public RepeatCaptureException(String reason) {
    super(reason);
  }
}
