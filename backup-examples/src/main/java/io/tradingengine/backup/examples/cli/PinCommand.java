package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupManager;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Keeps a backup whatever the retention policy says. */
@Command(
    name = "pin",
    description = "Keeps a backup whatever the retention policies say, until it is unpinned.")
final class PinCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Parameters(
      paramLabel = "ID|latest",
      converter = BackupChoice.Converter.class,
      description = "Which backup.")
  private BackupChoice choice = BackupChoice.latest();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      required = true,
      description = "Why, for whoever wonders later.")
  private String reason = "";

  PinCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    if (reason.isBlank()) {
      throw new WrongUseException(
          "--reason is empty", "say why the backup is kept, such as --reason 'audit 2024'");
    }
    try (BackupManager manager = root.manager(root.load())) {
      BackupId id = choice.resolve(manager);
      manager.pin(id, reason.strip());
      root.io()
          .out()
          .println("Pinned " + id + ": no policy removes it before 'backup.jar unpin " + id + "'.");
      return ExitCode.DONE.code();
    }
  }
}
