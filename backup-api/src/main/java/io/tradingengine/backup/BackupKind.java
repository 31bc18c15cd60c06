package io.tradingengine.backup;

import java.util.Locale;

/** What a backup holds. */
public enum BackupKind {
  /** Everything; restores on its own. */
  FULL,
  /** What has changed since the backup that it builds on, without which it cannot be restored. */
  INCREMENTAL;

  /** The name in backup ids and manifests: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The kind with that label.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static BackupKind parse(String label) {
    for (BackupKind kind : values()) {
      if (kind.label().equals(label)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "not a kind of backup: '" + label + "' (expected full or incremental)");
  }
}
