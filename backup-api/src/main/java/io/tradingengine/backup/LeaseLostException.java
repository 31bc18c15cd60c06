package io.tradingengine.backup;

import org.jspecify.annotations.Nullable;

/**
 * A run has lost the repository's lease, because it paused for longer than that lasts or could not
 * renew it. It stops before it publishes or removes anything; running it again is safe.
 */
public final class LeaseLostException extends BackupException {
  private static final long serialVersionUID = 1L;

  public LeaseLostException(String message, @Nullable String hint) {
    super(message, hint, null);
  }
}
