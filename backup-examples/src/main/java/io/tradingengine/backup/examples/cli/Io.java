package io.tradingengine.backup.examples.cli;

import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a command has of the world around it.
 *
 * @param out for results
 * @param err for progress and errors
 * @param terminal the person, if there is one
 * @param environment looks an environment variable up; null where it is not set
 */
record Io(
    PrintWriter out,
    PrintWriter err,
    Terminal terminal,
    UnaryOperator<@Nullable String> environment) {

  /** The process's own. */
  static Io system() {
    return new Io(writer(System.out), writer(System.err), Terminal.ofProcess(), System::getenv);
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, Charset.defaultCharset()), true);
  }
}
