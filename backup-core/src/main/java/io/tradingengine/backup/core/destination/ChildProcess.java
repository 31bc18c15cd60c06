package io.tradingengine.backup.core.destination;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program to its end. Whoever interrupts the thread ends the program and all that it
 * started, and gets control back only when they are gone. Its output goes to files, since reading
 * from a pipe cannot be interrupted.
 */
final class ChildProcess {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private ChildProcess() {}

  /**
   * Runs a command and waits for its end.
   *
   * @return its exit code
   * @throws InterruptedIOException if the thread was interrupted; its flag is set
   * @throws IOException if the program cannot be started
   */
  static int run(ProcessBuilder builder, Path stdout, Path stderr) throws IOException {
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.redirectOutput(stdout.toFile());
    builder.redirectError(stderr.toFile());
    Process process = builder.start();
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      end(process);
      throw RsyncException.interrupted("running " + builder.command().get(0), e);
    }
  }

  private static void end(Process process) {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroy);
    long deadline = System.nanoTime() + GRACE.toNanos();
    for (ProcessHandle each : all) {
      awaitEnd(each, deadline);
    }
  }

  private static void awaitEnd(ProcessHandle process, long deadline) {
    boolean forced = false;
    // A killed process that nobody reaps stays "alive" for ever: it is not waited for that long.
    while (process.isAlive() && !(forced && System.nanoTime() - deadline > GRACE.toNanos())) {
      if (!forced && System.nanoTime() - deadline > 0) {
        process.destroyForcibly();
        forced = true;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(5);
      } catch (InterruptedException e) {
        // It is ended already, and the caller sets the flag.
        process.destroyForcibly();
        forced = true;
      }
    }
  }
}
