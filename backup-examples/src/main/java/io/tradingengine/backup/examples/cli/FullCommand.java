package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupManager;
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
    return new TakeBackup(root, json).run(BackupManager::createFullBackup);
  }
}
