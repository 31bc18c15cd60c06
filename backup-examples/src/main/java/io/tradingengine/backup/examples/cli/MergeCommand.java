package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupManager;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes a full backup of the newest chain. */
@Command(
    name = "merge",
    description = {
      "Makes a full backup of the newest incremental one and all that it builds on,",
      "from what the destinations hold: the servers are not asked. The next incremental",
      "backup builds on it. What it was made of stays, until 'expire' removes it.",
      "Needs the secret key. Does nothing where the newest backup is a full one."
    })
final class MergeCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Mixin private final JsonOption json = new JsonOption();

  MergeCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    return new TakeBackup(root, json)
        .run(BackupManager::merge, "Nothing to merge: the newest backup is a full one.");
  }
}
