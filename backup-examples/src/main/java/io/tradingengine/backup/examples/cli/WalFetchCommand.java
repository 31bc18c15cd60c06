package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.RestoreManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gets one file of PostgreSQL's log back, for {@code restore_command}. */
@Command(
    name = WalFetchCommand.NAME,
    description = {
      "Gets one file of PostgreSQL's log back, for a server that recovers:",
      "  restore_command = 'test -r /opt/backup.jar || exit 126; java -jar /opt/backup.jar \\",
      "                     -c /etc/backup.yaml wal-fetch %%f %%p'",
      "Exit code 0 if PATH is the file, whole and verified; 1 if it is not archived, which",
      "ends a recovery; 126 if anything else is wrong, which PostgreSQL stops at."
    },
    exitCodeList = {
      "0:PATH is the file",
      "1:it is not archived; every destination was asked",
      "126:it cannot be had; the standard error says why"
    })
final class WalFetchCommand implements Callable<Integer> {
  static final String NAME = "wal-fetch";

  /** Above 125, PostgreSQL does not take it for the end of the log. */
  static final int UNKNOWN = 126;

  private final BackupCommand root;

  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description = "The file's name, as the server gives it for %%f.")
  private @Nullable String name;

  @Parameters(
      index = "1",
      paramLabel = "PATH",
      description = "Where it is to stand, as the server gives it for %%p.")
  private @Nullable Path into;

  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "Which PostgreSQL source it belongs to, if there are several.")
  private Optional<String> source = Optional.empty();

  WalFetchCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    try {
      return (fetch() ? ExitCode.DONE : ExitCode.FAILED).code();
    } catch (Error e) { // such as too little memory: the process would end with 1
      root.io().err().println("ERROR: " + e);
      return UNKNOWN;
    }
  }

  private boolean fetch() throws IOException {
    String file = Objects.requireNonNull(name, "the parser requires it");
    Path place = Objects.requireNonNull(into, "the parser requires it");
    try (RestoreManager manager = RestoreManager.create(root.load())) {
      return source.isPresent()
          ? manager.fetchWal(source.get(), file, place)
          : manager.fetchWal(file, place);
    }
  }
}
