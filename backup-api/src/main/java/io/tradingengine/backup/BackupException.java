package io.tradingengine.backup;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A backup or restore could not be done. The message says what happened and to which thing; the
 * {@linkplain #hint() hint} says what to do about it. Neither ever contains a secret.
 */
public class BackupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String hint;

  public BackupException(String message) {
    this(message, null, null);
  }

  public BackupException(String message, @Nullable Throwable cause) {
    this(message, null, cause);
  }

  public BackupException(String message, @Nullable String hint, @Nullable Throwable cause) {
    super(hint == null ? message : message + System.lineSeparator() + "HINT: " + hint, cause);
    this.hint = hint;
  }

  /** What the reader can do about it, where that is known. */
  public Optional<String> hint() {
    return Optional.ofNullable(hint);
  }
}
