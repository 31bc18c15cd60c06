package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.examples.print.Table;
import io.tradingengine.backup.examples.print.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the finished backups. */
@Command(
    name = "list",
    description = {
      "Lists the finished backups, and where each is.",
      "The oldest backup comes first, and of its destinations the nearest. Those that",
      "are damaged come last. With --points, lists the moments that a restore can go to",
      "between backups."
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
      PrintWriter out = root.io().out();
      if (json.wanted()) {
        out.println(Json.print(Json.backups(backups, damaged)));
      } else {
        print(out, backups, damaged);
      }
      return (damaged.isEmpty() ? ExitCode.DONE : ExitCode.DEGRADED).code();
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

  private void print(PrintWriter out, List<BackupMetadata> backups, List<Finding> damaged) {
    if (!backups.isEmpty()) {
      table(backups).print(out, "");
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
    Text.findings(out, damaged, "");
  }

  static Table table(List<BackupMetadata> backups) {
    Table table =
        new Table(
            "BACKUP",
            "FINISHED",
            "TOOK",
            "STORED",
            "PLAIN",
            "SPREAD",
            "STATE",
            "PINNED",
            "WHERE",
            "SOURCES");
    for (BackupMetadata backup : backups) {
      table.row(
          backup.backupId().toString(),
          Text.time(backup.finishedAt()),
          Text.duration(backup.duration()),
          Text.bytes(backup.size()),
          Text.bytes(backup.plainSize()),
          Text.duration(backup.spread()),
          backup.degraded() ? "degraded" : "ok",
          backup.pinned() ? "pinned" : "-",
          backup.destinations().isEmpty() ? "-" : String.join(",", backup.destinations()),
          names(backup.sources(), source -> source.name() + Consistency.remark(source))
              + (backup.missing().isEmpty()
                  ? ""
                  : " without " + names(backup.missing(), BackupMetadata.MissingSource::name)));
    }
    return table;
  }

  private static <T> String names(List<T> sources, Function<T, String> nameOf) {
    return sources.stream().map(nameOf).collect(Collectors.joining(","));
  }
}
