package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Takes a full backup. */
@Command(
    name = "full",
    description = "Takes a full backup of all sources and stores it in every destination.")
final class FullCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Mixin private final JsonOption json = new JsonOption();

  FullCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    Progress progress = Progress.on(root.io());
    try (BackupManager manager = root.manager(root.load(progress))) {
      BackupMetadata backup = manager.createFullBackup();
      if (json.wanted()) {
        root.io().out().println(Json.print(Json.backup(backup)));
      } else {
        BackupText.print(root.io().out(), backup);
      }
      return ExitCode.of(backup.degraded()).code();
    }
  }
}
