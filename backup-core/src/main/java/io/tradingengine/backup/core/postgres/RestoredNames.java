package io.tradingengine.backup.core.postgres;

import java.util.Set;

/** Files of a data directory that a restore treats in a way of their own. */
final class RestoredNames {
  /** Written last: a server does not start without it. */
  static final String CONTROL = "global/pg_control";

  static final String CONFIGURATION = "postgresql.conf";
  static final String AUTO_CONFIGURATION = "postgresql.auto.conf";
  static final String HBA = "pg_hba.conf";
  static final String IDENT = "pg_ident.conf";
  static final String SERVER_MANIFEST = "backup_manifest";

  /** They would make the restored server a standby of production. */
  static final Set<String> SIGNALS = Set.of("standby.signal", "recovery.signal");

  /** Replaced by minimal ones; production's are kept beside them. */
  static final Set<String> REPLACED = Set.of(CONFIGURATION, AUTO_CONFIGURATION, HBA, IDENT);

  private RestoredNames() {}

  /** Whether a file of the base is not written as it comes. */
  static boolean isHeldBack(String name) {
    return name.equals(CONTROL)
        || name.equals(TablespaceMap.NAME)
        || name.equals(BackupLabel.NAME)
        || SIGNALS.contains(name)
        || REPLACED.contains(name);
  }
}
