package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** One call of the command line, in this process. */
record Run(int code, String out, String err) {

  static Run of(String... args) {
    return of(Map.of(), List.of(), args);
  }

  /** A call with these environment variables, by somebody who answers so when asked. */
  static Run of(Map<String, String> environment, List<String> answers, String... args) {
    return of(new Answering(new ArrayDeque<>(answers)), environment, BackupManager::create, args);
  }

  /** A call with that configuration, of which every manager is this one. */
  static Run with(BackupManager manager, Path config, String... args) {
    String[] all =
        Stream.concat(Stream.of("-c", config.toString()), Stream.of(args)).toArray(String[]::new);
    return of(Terminal.nobody(), Map.of(), configuration -> manager, all);
  }

  /** The same, by somebody at a terminal that draws lines. */
  static Run onTerminal(BackupManager manager, Path config, String... args) {
    String[] all =
        Stream.concat(Stream.of("-c", config.toString()), Stream.of(args)).toArray(String[]::new);
    return of(new Drawing(), Map.of(), configuration -> manager, all);
  }

  private static Run of(
      Terminal terminal,
      Map<String, String> environment,
      Function<BackupConfig, BackupManager> managers,
      String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Io io =
        new Io(new PrintWriter(out, true), new PrintWriter(err, true), terminal, environment::get);
    int code = BackupCommand.run(io, managers, args);
    return new Run(code, out.toString(), err.toString());
  }

  private record Answering(Deque<String> answers) implements Terminal {
    @Override
    public boolean interactive() {
      return false;
    }

    @Override
    public boolean drawsLines() {
      return false;
    }

    @Override
    public Optional<String> askSecret(String prompt) {
      return Optional.ofNullable(answers.poll());
    }
  }

  private record Drawing() implements Terminal {
    @Override
    public boolean interactive() {
      return true;
    }

    @Override
    public boolean drawsLines() {
      return true;
    }

    @Override
    public Optional<String> askSecret(String prompt) {
      return Optional.empty();
    }
  }
}
