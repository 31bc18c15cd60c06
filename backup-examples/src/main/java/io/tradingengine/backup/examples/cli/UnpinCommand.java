package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupManager;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Leaves a backup to the retention policy again. */
@Command(
    name = "unpin",
    description = "Leaves a backup to the retention policies again. The next expire may remove it.")
final class UnpinCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Parameters(
      paramLabel = "ID",
      converter = BackupChoice.IdConverter.class,
      description = "Which backup.")
  private @Nullable BackupId id;

  UnpinCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    BackupId chosen = Objects.requireNonNull(id, "the parser requires it");
    try (BackupManager manager = root.manager(root.load())) {
      manager.unpin(chosen);
      root.io()
          .out()
          .println("Unpinned " + chosen + ": the retention policies decide on it again.");
      return ExitCode.DONE.code();
    }
  }
}
