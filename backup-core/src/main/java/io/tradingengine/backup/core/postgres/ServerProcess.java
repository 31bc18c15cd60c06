package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Tells whether a server runs in a data directory, from the file that it keeps there. */
final class ServerProcess {
  private static final String PID_FILE = "postmaster.pid";

  private ServerProcess() {}

  /** The process that runs in {@code dataDirectory}. A pid file that a crash left is none. */
  static Optional<Long> runningIn(Path dataDirectory) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(dataDirectory.resolve(PID_FILE), UTF_8);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      long pid = lines.isEmpty() ? 0 : Math.abs(Long.parseLong(lines.get(0).trim()));
      return ProcessHandle.of(pid).filter(ServerProcess::mayBeServer).map(ProcessHandle::pid);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * A number may have gone to another program since; of one that hides its name we think the worst.
   */
  private static boolean mayBeServer(ProcessHandle process) {
    ProcessHandle.Info info = process.info();
    return process.isAlive()
        && info.command().or(info::commandLine).map(name -> name.contains("post")).orElse(true);
  }
}
