package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.Replay.Afterwards;

/**
 * How a restored server replays the log that was fetched for it (PostgreSQL's manual, "Recovery
 * Target" and "Archive Recovery"). Immutable.
 *
 * @param plan which log it replays, and how that ends
 * @param afterwards what the server does then
 */
record RecoverySettings(WalPlan plan, Afterwards afterwards) {
  /**
   * Where the fetched log stands, below the data directory: in a folder that neither base backups
   * nor pg_verifybackup look at, and from which a link is as good as a copy.
   */
  static final String FOLDER = "pg_wal/backup_recovery";

  /** The names of all that was fetched. */
  static final String NAMES = "PLANNED";

  /**
   * A file that should be there and is not, or cannot be read, ends recovery: with another status,
   * the server would take it for the log's end, and open without what came later. Run by a shell in
   * the data directory.
   */
  private static final String COMMAND =
      "restore_command = 'd="
          + FOLDER
          + "; if test -f \"$d/%f\"; then ln \"$d/%f\" \"%p\" 2>/dev/null || cp \"$d/%f\" \"%p\" ||"
          + " exit 126; elif grep -qx \"%f\" \"$d/"
          + NAMES
          + "\"; then echo \"%f was fetched for this recovery and is gone: restore again\" >&2; exit"
          + " 126; else exit 1; fi'\n";

  private static final String CLEAN_UP = "recovery_end_command = 'rm -rf " + FOLDER + "'\n";

  /** Whether the server waits to be opened. */
  boolean pauses() {
    return afterwards == Afterwards.PAUSE;
  }

  /** What goes into the configuration. */
  String settings() {
    StringBuilder text = new StringBuilder();
    text.append("# Written by the restore, for the recovery; may be removed afterwards.\n");
    text.append(COMMAND).append(CLEAN_UP);
    text.append("recovery_target_timeline = '").append(plan.timeline()).append("'\n");
    if (plan.ending() instanceof WalPlan.Stop stop) {
      text.append("recovery_target_lsn = '").append(stop.lsn()).append("'\n");
      text.append("recovery_target_inclusive = off\n");
    } else if (plan.ending() instanceof WalPlan.Sought sought) {
      text.append(sought.setting()).append(" = '");
      text.append(sought.value().replace("'", "''")).append("'\n");
    }
    if (!(plan.ending() instanceof WalPlan.LogEnds)) {
      text.append("recovery_target_action = '");
      text.append(pauses() ? "pause" : "promote").append("'\n");
    }
    return text.toString();
  }

  /** Where the log just ends, only a standby stays as it is until somebody promotes it. */
  String signal() {
    return plan.ending() instanceof WalPlan.LogEnds && pauses()
        ? "standby.signal"
        : "recovery.signal";
  }
}
