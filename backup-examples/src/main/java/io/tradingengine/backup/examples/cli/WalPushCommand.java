package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.examples.print.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Archives one file of PostgreSQL's log, for {@code archive_command}. */
@Command(
    name = "wal-push",
    description = {
      "Archives one file of PostgreSQL's log, for a server that is not followed by 'archive':",
      "  archive_command = 'java -jar /opt/backup.jar -c /etc/backup.yaml wal-push %%p'",
      "Exit code 0 only if every required destination has it, so that the server keeps it",
      "otherwise. A best-effort destination that fails is a warning on the standard error."
    })
final class WalPushCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Parameters(paramLabel = "PATH", description = "The file, as the server gives it for %%p.")
  private @Nullable Path file;

  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "Which PostgreSQL source it belongs to, if there are several.")
  private Optional<String> source = Optional.empty();

  WalPushCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    Path path = Objects.requireNonNull(file, "the parser requires it");
    try (BackupManager manager = root.manager(root.load())) {
      List<Finding> findings =
          source.isPresent() ? manager.archiveWal(source.get(), path) : manager.archiveWal(path);
      Text.findings(root.io().err(), findings, "");
      // Any other code would have the server try for ever.
      return ExitCode.DONE.code();
    }
  }
}
