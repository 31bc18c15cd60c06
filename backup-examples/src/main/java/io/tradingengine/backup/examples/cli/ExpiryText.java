package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.examples.print.Table;
import io.tradingengine.backup.examples.print.Text;
import java.io.PrintWriter;
import java.util.List;

/** What retention removes, as people read it. */
final class ExpiryText {
  private static final String INDENT = "    ";

  private ExpiryText() {}

  static void plan(PrintWriter out, ExpiryPlan plan) {
    out.println("Plan      expire, as of " + Text.time(plan.plannedAt()));
    for (ExpiryPlan.DestinationPlan each : plan.destinations()) {
      out.println();
      out.println("  " + each.destination() + ", which keeps " + each.policy());
      if (!each.backups().isEmpty()) {
        backups(each.backups()).print(out, INDENT);
      }
      if (!each.objects().isEmpty()) {
        out.println();
        objects(each.objects()).print(out, INDENT);
      }
      out.println(INDENT + summary(each));
      Text.findings(out, each.findings(), INDENT);
    }
  }

  private static Table backups(List<ExpiryPlan.Decision> decisions) {
    Table table = new Table("BACKUP", "FATE", "SIZE", "WHY");
    for (ExpiryPlan.Decision each : decisions) {
      table.row(
          each.backup().toString(),
          label(each.fate()),
          Text.bytes(each.size()),
          String.join(", ", each.reasons()));
    }
    return table;
  }

  private static String label(ExpiryPlan.Fate fate) {
    return switch (fate) {
      case KEEP -> "keep";
      case EXPIRE -> "EXPIRE";
    };
  }

  private static Table objects(List<ExpiryPlan.Removal> removals) {
    Table table = new Table("ALSO REMOVED", "OBJECTS", "SIZE", "WHY");
    for (ExpiryPlan.Removal each : removals) {
      table.row(
          each.prefix(), Long.toString(each.count()), Text.bytes(each.bytes()), each.reason());
    }
    return table;
  }

  private static String summary(ExpiryPlan.DestinationPlan plan) {
    List<ExpiryPlan.Decision> expired = plan.expired();
    long bytes =
        expired.stream().mapToLong(ExpiryPlan.Decision::size).sum()
            + plan.objects().stream().mapToLong(ExpiryPlan.Removal::bytes).sum();
    return "expires "
        + expired.size()
        + " of "
        + plan.backups().size()
        + " backups; frees "
        + Text.bytes(bytes);
  }

  static void report(PrintWriter out, ExpiryReport report) {
    Table table = new Table("DESTINATION", "BACKUPS REMOVED", "OBJECTS REMOVED", "FREED");
    for (ExpiryReport.DestinationOutcome each : report.destinations()) {
      table.row(
          each.destination(),
          Integer.toString(each.expired().size()),
          Long.toString(each.objects()),
          Text.bytes(each.bytes()));
    }
    table.print(out, "  ");
    for (ExpiryReport.DestinationOutcome each : report.destinations()) {
      if (!each.expired().isEmpty()) {
        out.println();
        out.println("  " + each.destination() + " removed " + ReplicationText.ids(each.expired()));
      }
      if (!each.findings().isEmpty()) {
        out.println();
        Text.findings(out, each.findings(), "  ");
      }
    }
  }
}
