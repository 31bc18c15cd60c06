package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.examples.print.Table;
import io.tradingengine.backup.examples.print.Text;
import java.io.PrintWriter;
import java.util.TreeMap;

/** A backup as people read it. */
final class BackupText {
  private BackupText() {}

  static void print(PrintWriter out, BackupMetadata backup) {
    out.println("Backup    " + backup.backupId() + (backup.degraded() ? "  (degraded)" : ""));
    out.println("System    " + backup.system());
    out.println(
        "Taken     "
            + Text.time(backup.startedAt())
            + " to "
            + Text.time(backup.finishedAt())
            + " ("
            + Text.duration(backup.duration())
            + ")");
    if (!backup.destinations().isEmpty()) {
      out.println("Where     " + String.join(", ", backup.destinations()));
    }
    if (backup.pinned()) {
      out.println("Pinned    yes: no retention policy removes it");
    }
    if (backup.sources().size() > 1) {
      out.println(
          "Spread    " + Text.duration(backup.spread()) + " between the states of the sources");
    }
    out.println(
        "Size      "
            + Text.bytes(backup.size())
            + " stored ("
            + backup.size()
            + " bytes), "
            + Text.bytes(backup.plainSize())
            + " plain, "
            + Text.ratio(backup.plainSize(), backup.size())
            + " smaller");
    out.println();
    sources(backup).print(out, "  ");
    if (!backup.findings().isEmpty()) {
      out.println();
      Text.findings(out, backup.findings(), "  ");
    }
  }

  private static Table sources(BackupMetadata backup) {
    Table table = new Table("SOURCE", "TYPE", "STORED", "PLAIN", "RATIO", "TOOK", "SPEED", "AS OF");
    for (BackupMetadata.SourceSummary source : backup.sources()) {
      table.row(
          source.name(),
          source.type(),
          Text.bytes(source.size()),
          Text.bytes(source.plainSize()),
          Text.ratio(source.plainSize(), source.size()),
          Text.duration(source.duration()),
          Text.rate(source.plainSize(), source.duration()),
          Text.moment(source.asOf()) + Consistency.remark(source));
    }
    for (BackupMetadata.MissingSource missing : backup.missing()) {
      table.row(missing.name(), missing.type(), "-", "-", "-", "-", "-", "NOT IN THIS BACKUP");
    }
    return table;
  }

  /** What each source says of its state, such as where PostgreSQL's log stood. */
  static void attributes(PrintWriter out, BackupMetadata backup) {
    for (BackupMetadata.SourceSummary source : backup.sources()) {
      out.println();
      Table table = new Table(source.name() + Consistency.remark(source), "");
      new TreeMap<>(source.attributes()).forEach((name, value) -> table.row("  " + name, value));
      table.print(out, "  ");
    }
    out.println();
    out.println("  written by version " + backup.toolVersion());
  }
}
