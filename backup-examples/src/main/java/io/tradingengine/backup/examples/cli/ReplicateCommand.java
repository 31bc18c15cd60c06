package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.ReplicationReport;
import io.tradingengine.backup.ReplicationRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Brings destinations up to date, and heals what they have. */
@Command(
    name = "replicate",
    description = {
      "Brings destinations up to date, and heals what they have.",
      "Copies the backups that others have, completes those of which objects are",
      "missing, and replaces damaged objects from a copy that is whole.",
      "Interrupted, it goes on from there the next time.",
      "Exit code 3 if a destination still lacks something, 1 if all of them do."
    })
final class ReplicateCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Option(
      names = "--to",
      paramLabel = "NAME",
      description = "Only this destination; may be given several times (default: all).")
  private List<String> destinations = List.of();

  @Option(
      names = "--check-bytes",
      description = {
        "Read every object where it lies, and replace damaged ones, too.",
        "Without it, destinations are only listed."
      })
  private boolean checkBytes;

  @Mixin private final JsonOption json = new JsonOption();

  ReplicateCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    BackupConfig config = root.load();
    DestinationNames.require(config, destinations);
    try (BackupManager manager = root.manager(config)) {
      ReplicationReport report = manager.replicate(request());
      ExitCode outcome = ExitCode.of(report);
      if (json.wanted()) {
        root.io().out().println(Json.print(Json.replication(report)));
      } else {
        ReplicationText.print(root.io().out(), report);
        root.io().out().println(verdict(outcome, report));
      }
      return outcome.code();
    }
  }

  private ReplicationRequest request() {
    ReplicationRequest request = ReplicationRequest.all().to(destinations);
    return checkBytes ? request.checkingBytes() : request;
  }

  private static String verdict(ExitCode outcome, ReplicationReport report) {
    if (report.complete()) {
      return outcome == ExitCode.DONE
          ? "Complete: nothing is missing."
          : "Complete: nothing is missing; see the warnings.";
    }
    return outcome == ExitCode.FAILED
        ? "Not complete; see the errors. Run it again once they are mended."
        : "Not complete everywhere; see the errors. Run it again once they are mended.";
  }
}
