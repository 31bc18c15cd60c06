package io.tradingengine.backup.spi;

import java.io.IOException;

/** Changes that nobody can give any more. The message names the first and the next one there is. */
public final class ChangeGapException extends IOException {
  private static final long serialVersionUID = 1L;

  /** A gap with a sentence that names it. */
  public ChangeGapException(String message) {
    super(message);
  }
}
