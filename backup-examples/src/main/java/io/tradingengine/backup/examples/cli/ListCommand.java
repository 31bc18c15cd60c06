package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.examples.print.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the finished backups. */
@Command(
    name = "list",
    description = {
      "Lists the finished backups, and where each is.",
      "The oldest full backup comes first, and below each those that build on it; of",
      "a backup's destinations, the nearest comes first. CHAIN says how many backups",
      "a restore needs, of how many there are, and what it takes up against the full",
      "one. Those that are damaged come last. With --points, lists the moments that a",
      "restore can go to between backups."
    })
final class ListCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Option(
      names = "--destination",
      paramLabel = "NAME",
      description = "Only the backups that this destination holds.")
  private Optional<String> destination = Optional.empty();

  @ArgGroup(exclusive = false, heading = "Recovery points:%n")
  private RecoveryPointsOption points = new RecoveryPointsOption();

  @Mixin private final JsonOption json = new JsonOption();

  ListCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    BackupConfig config = root.load();
    DestinationNames.require(config, destination.stream().toList());
    try (BackupManager manager = root.manager(config)) {
      if (points.wanted()) {
        printPoints(points.ask(manager, Clock.systemUTC()));
        return ExitCode.DONE.code();
      }
      List<BackupMetadata> backups = manager.list().stream().filter(this::isAskedFor).toList();
      List<Finding> damaged = manager.damaged();
      Chains chains = new Chains(backups);
      if (json.wanted()) {
        root.io().out().println(Json.print(Json.backups(backups, chains, damaged)));
      } else {
        print(backups, chains, damaged);
      }
      return ExitCode.of(!damaged.isEmpty() || !chains.findings().isEmpty()).code();
    }
  }

  private void printPoints(List<RecoveryPoint> found) {
    PrintWriter out = root.io().out();
    if (json.wanted()) {
      out.println(Json.print(ArchivingJson.points(found)));
    } else if (found.isEmpty()) {
      out.println("There is no recovery point of that time. 'backup.jar archive' takes them.");
    } else {
      ArchivingText.points(out, found);
    }
  }

  private boolean isAskedFor(BackupMetadata backup) {
    return destination.isEmpty() || backup.destinations().contains(destination.get());
  }

  private void print(List<BackupMetadata> backups, Chains chains, List<Finding> damaged) {
    PrintWriter out = root.io().out();
    if (!backups.isEmpty()) {
      new BackupTree(chains, Branches.on(root.io().terminal())).table().print(out, "");
    } else if (damaged.isEmpty()) {
      out.println(
          destination
              .map(
                  name ->
                      name
                          + " holds no backup."
                          + " What others hold comes there with 'backup.jar replicate'.")
              .orElse("There is no backup yet. Take one with 'backup.jar full'."));
    }
    Text.findings(out, chains.findings(), "");
    Text.findings(out, damaged, "");
  }
}
