package io.tradingengine.backup;

import org.jspecify.annotations.Nullable;

/**
 * A stored object is not what was written: damaged, truncated, swapped, missing, forged, or
 * encrypted to another key. Nothing of that object has been released.
 */
public final class IntegrityException extends BackupException {
  private static final long serialVersionUID = 1L;

  private final String objectKey;

  public IntegrityException(String objectKey, String message, @Nullable Throwable cause) {
    this(objectKey, message, null, cause);
  }

  public IntegrityException(
      String objectKey, String message, @Nullable String hint, @Nullable Throwable cause) {
    super(objectKey + ": " + message, hint, cause);
    this.objectKey = objectKey;
  }

  /** The key of the object in the repository. */
  public String objectKey() {
    return objectKey;
  }
}
