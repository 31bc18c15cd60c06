package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Removes what retention no longer keeps, or says what that would be. */
@Command(
    name = "expire",
    description = {
      "Removes what the retention policies no longer keep.",
      "Says for each destination what is kept, what is removed, and why; then removes",
      "it. Made for schedules: it asks nobody.",
      "Exit code 3 if something could not be removed now, such as an object under",
      "Object Lock; the next run tries again."
    })
final class ExpireCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Option(names = "--dry-run", description = "Print the plan, and remove nothing.")
  private boolean dryRun;

  @Mixin private final JsonOption json = new JsonOption();

  ExpireCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    try (BackupManager manager = root.manager(root.load())) {
      ExpiryPlan plan = manager.planExpiry();
      if (!json.wanted()) {
        ExpiryText.plan(root.io().out(), plan);
        root.io().out().println();
      }
      return dryRun ? explain(plan) : execute(manager, plan);
    }
  }

  private int explain(ExpiryPlan plan) {
    PrintWriter out = root.io().out();
    if (json.wanted()) {
      out.println(Json.print(Json.expiry(plan)));
    } else {
      out.println(
          plan.isEmpty()
              ? "Nothing is due to be removed."
              : "Nothing was removed. To remove it, run it again without --dry-run.");
    }
    return ExitCode.of(plan).code();
  }

  private int execute(BackupManager manager, ExpiryPlan plan) {
    ExpiryReport report = manager.expire(plan);
    PrintWriter out = root.io().out();
    if (json.wanted()) {
      out.println(Json.print(Json.expiry(plan, report)));
    } else {
      ExpiryText.report(out, report);
    }
    return ExitCode.of(plan, report).code();
  }
}
