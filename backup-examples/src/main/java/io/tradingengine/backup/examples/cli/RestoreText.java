package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
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
    for (RestoreReport.RestoredSource source : report.sources()) {
      out.println();
      out.println(
          "  "
              + source.name()
              + ", "
              + Text.bytes(source.bytes())
              + " in "
              + Text.duration(source.duration()));
      targets(out, source.targets());
      Text.findings(out, source.findings(), "    ");
      int number = 1;
      for (String step : source.nextSteps()) {
        out.println("    next " + number++ + ". " + step);
      }
    }
  }
}
