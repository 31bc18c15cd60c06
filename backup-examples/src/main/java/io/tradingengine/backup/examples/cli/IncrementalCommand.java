package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupManager;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Takes an incremental backup. */
@Command(
    name = "incremental",
    description = {
      "Takes a backup of what has changed since the newest one, and stores it in",
      "every destination. A restore of it needs all that it builds on.",
      "Takes a full backup instead, and says why, where there is nothing to build on,",
      "or the full one is older than 'incremental: {full-every: ...}' says. With",
      "'incremental: {otherwise: refuse}', it fails where the chain is broken."
    })
final class IncrementalCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Mixin private final JsonOption json = new JsonOption();

  IncrementalCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    return new TakeBackup(root, json).run(BackupManager::createIncrementalBackup);
  }
}
