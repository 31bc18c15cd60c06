package io.tradingengine.backup.examples.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One call of the command line, in this process. */
record Run(int code, String out, String err) {

  static Run of(String... args) {
    return of(Map.of(), List.of(), args);
  }

  /** A call with these environment variables, by somebody who answers so when asked. */
  static Run of(Map<String, String> environment, List<String> answers, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Io io =
        new Io(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            new Answering(new ArrayDeque<>(answers)),
            environment::get);
    int code = BackupCommand.run(io, args);
    return new Run(code, out.toString(), err.toString());
  }

  private record Answering(Deque<String> answers) implements Terminal {
    @Override
    public boolean interactive() {
      return false;
    }

    @Override
    public Optional<String> askSecret(String prompt) {
      return Optional.ofNullable(answers.poll());
    }
  }
}
