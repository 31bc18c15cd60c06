package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreTarget;
import io.tradingengine.backup.examples.print.Text;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** A restore's plan and report as people read them. */
final class RestoreText {
  private RestoreText() {}

  static void plan(PrintWriter out, RestorePlan plan) {
    out.println("Plan      restore " + plan.backup().backupId() + " of " + plan.backup().system());
    out.println(
        "Taken     "
            + Text.time(plan.backup().startedAt())
            + " to "
            + Text.time(plan.backup().finishedAt()));
    out.println("Moment    " + moment(plan.request().target()));
    plan.point().ifPresent(point -> out.println("Point     " + ArchivingText.describe(point)));
    out.println(
        "Replays   "
            + (plan.replays()
                ? "what was archived after the backup, up to that moment"
                : "nothing: the backup is restored as it is"));
    out.println(
        "Work      read "
            + Text.bytes(plan.readBytes())
            + ", write "
            + Text.bytes(plan.writeBytes())
            + ", in about "
            + Text.duration(plan.predicted()));
    Text.findings(out, plan.findings(), "");
    for (RestorePlan.Step step : plan.steps()) {
      out.println();
      out.println("  " + step.source() + " (" + step.type() + "), " + Text.bytes(step.bytes()));
      targets(out, step.targets());
      Text.findings(out, step.findings(), "    ");
    }
  }

  private static String moment(RestoreTarget target) {
    if (target instanceof RestoreTarget.Time time) {
      return "the last recovery point at or before " + time.instant();
    } else if (target instanceof RestoreTarget.Point point) {
      return "the recovery point '" + point.name() + "'";
    } else if (target instanceof RestoreTarget.Position position) {
      return "the position " + position.lsn() + " in PostgreSQL's log";
    } else if (target instanceof RestoreTarget.Transaction transaction) {
      return "up to and with the transaction " + transaction.id() + " of PostgreSQL";
    } else if (target instanceof RestoreTarget.RestorePoint point) {
      return "the restore point '" + point.name() + "' of PostgreSQL";
    }
    return target instanceof RestoreTarget.Backup ? "that of the backup" : "the newest there is";
  }

  /** A source that goes to no file says in its findings where it goes. */
  private static void targets(PrintWriter out, List<Path> targets) {
    if (!targets.isEmpty()) {
      out.println("    to " + Text.paths(targets));
    }
  }

  static String nextMove(RestorePlan plan) {
    return plan.executable()
        ? "To restore, run it again with --force."
        : "Something is in the way: clear it, choose another place with --into,"
            + " or run it again with --force to have older data moved aside.";
  }

  static void report(PrintWriter out, RestoreReport report) {
    out.println(
        "Restored  "
            + report.backupId()
            + ": "
            + Text.bytes(report.bytes())
            + " in "
            + Text.duration(report.duration())
            + " (predicted "
            + Text.duration(report.predicted())
            + ")");
    report.point().ifPresent(point -> out.println("Point     " + ArchivingText.describe(point)));
    report.skew().ifPresent(skew -> out.println("Apart     the sources, " + Text.duration(skew)));
    Text.findings(out, report.findings(), "");
    for (RestoreReport.RestoredSource source : report.sources()) {
      out.println();
      out.println(
          "  "
              + source.name()
              + ", "
              + Text.bytes(source.bytes())
              + " in "
              + Text.duration(source.duration())
              + source.reached().map(at -> ", as of " + Text.moment(at)).orElse(""));
      targets(out, source.targets());
      Text.findings(out, source.findings(), "    ");
      int number = 1;
      for (String step : source.nextSteps()) {
        out.println("    next " + number++ + ". " + step);
      }
    }
  }
}
