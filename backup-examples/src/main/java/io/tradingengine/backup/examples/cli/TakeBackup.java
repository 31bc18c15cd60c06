package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the commands that take a backup have in common.
 *
 * @param root the command line
 * @param json how the outcome is reported
 */
record TakeBackup(BackupCommand root, JsonOption json) {

  /** Takes one as {@code kind} does, says what came of it, and gives the exit code. */
  int run(Function<BackupManager, BackupMetadata> kind) throws IOException {
    Progress progress = Progress.on(root.io());
    try (BackupManager manager = root.manager(root.load(progress))) {
      return report(manager, kind.apply(manager));
    }
  }

  /** As {@link #run}, where there may be nothing to do: then {@code nothing} says so. */
  int run(Function<BackupManager, Optional<BackupMetadata>> kind, String nothing)
      throws IOException {
    Progress progress = Progress.on(root.io());
    try (BackupManager manager = root.manager(root.load(progress))) {
      Optional<BackupMetadata> backup = kind.apply(manager);
      if (backup.isPresent()) {
        return report(manager, backup.get());
      }
    }
    root.io().out().println(json.wanted() ? Json.print(Json.noBackup()) : nothing);
    return ExitCode.DONE.code();
  }

  private int report(BackupManager manager, BackupMetadata backup) {
    if (backup.parent().isEmpty()) {
      return print(backup, new Chains(List.of(backup)));
    }
    try {
      return print(backup, new Chains(manager.list()));
    } catch (BackupException e) {
      // The backup is taken: that must not be reported as a failure.
      Finding unknown =
          Finding.warning(
              backup.backupId().toString(),
              "what it builds on cannot be listed: " + e.getMessage(),
              "look at it with 'backup.jar show " + backup.backupId() + "'");
      return print(backup.with(unknown), new Chains(List.of(backup)));
    }
  }

  private int print(BackupMetadata backup, Chains chains) {
    if (json.wanted()) {
      root.io().out().println(Json.print(Json.backup(backup, chains)));
    } else {
      BackupText.print(root.io().out(), backup, chains);
    }
    return ExitCode.of(backup.degraded()).code();
  }
}
