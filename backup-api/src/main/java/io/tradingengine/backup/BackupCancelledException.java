package io.tradingengine.backup;

import org.jspecify.annotations.Nullable;

/**
 * The calling thread was interrupted, or the manager closed, while the call was at work. Nothing
 * was published, unless the message says that a restore was stopped while it handed something over.
 * The thread's interrupt flag is set again when this is thrown for an interruption.
 */
public final class BackupCancelledException extends BackupException {
  private static final long serialVersionUID = 1L;

  public BackupCancelledException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
