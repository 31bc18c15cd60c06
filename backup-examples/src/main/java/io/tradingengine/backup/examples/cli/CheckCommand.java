package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.examples.print.Text;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks for whatever would stop a backup. */
@Command(
    name = "check",
    description = "Looks for whatever would stop a backup, and says how to mend it.")
final class CheckCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Mixin private final JsonOption json = new JsonOption();

  CheckCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    try (BackupManager manager = root.manager(root.load())) {
      List<Finding> findings = manager.check();
      ExitCode outcome = ExitCode.of(findings);
      if (json.wanted()) {
        root.io().out().println(Json.print(Json.check(findings)));
      } else {
        Text.findings(root.io().out(), findings, "");
        root.io().out().println(verdict(outcome));
      }
      return outcome.code();
    }
  }

  private static String verdict(ExitCode outcome) {
    return switch (outcome) {
      case DONE -> "Ready: a backup can be taken.";
      case DEGRADED -> "A backup can be taken; see the warnings.";
      default -> "A backup would not start; see the errors.";
    };
  }
}
