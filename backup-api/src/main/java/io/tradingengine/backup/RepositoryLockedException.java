package io.tradingengine.backup;

import org.jspecify.annotations.Nullable;

/** Another run is at work in this repository. Nothing was touched; trying again later is safe. */
public final class RepositoryLockedException extends BackupException {
  private static final long serialVersionUID = 1L;

  public RepositoryLockedException(String message, @Nullable String hint) {
    super(message, hint, null);
  }
}
