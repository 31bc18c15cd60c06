package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.ReplicationReport;
import io.tradingengine.backup.examples.print.Table;
import io.tradingengine.backup.examples.print.Text;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** What a replication did, as people read it. */
final class ReplicationText {
  private ReplicationText() {}

  static void print(PrintWriter out, ReplicationReport report) {
    out.println("Took      " + Text.duration(report.duration()));
    out.println();
    Table table =
        new Table("DESTINATION", "STATE", "BACKUPS BROUGHT", "OBJECTS COPIED", "HEALED", "BYTES");
    for (ReplicationReport.DestinationOutcome each : report.destinations()) {
      table.row(
          each.destination(),
          each.complete() ? "complete" : "INCOMPLETE",
          Integer.toString(each.backups().size()),
          Long.toString(each.copied()),
          Long.toString(each.healed()),
          Text.bytes(each.bytes()));
    }
    table.print(out, "  ");
    for (ReplicationReport.DestinationOutcome each : report.destinations()) {
      if (!each.backups().isEmpty()) {
        out.println();
        out.println("  " + each.destination() + " now has " + ids(each.backups()));
      }
      if (!each.findings().isEmpty()) {
        out.println();
        Text.findings(out, each.findings(), "  ");
      }
    }
    out.println();
  }

  /** Backups, with commas between them. */
  static String ids(List<BackupId> ids) {
    return ids.stream().map(BackupId::toString).collect(Collectors.joining(", "));
  }
}
