package io.tradingengine.backup.examples.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C into an interruption of the command's thread, and gives it time to tidy up: a
 * cancelled run closes its connections and leaves nothing half published.
 */
final class Interruption {
  private static final long PATIENCE_SECONDS = 20;

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread worker;
  private volatile int code = ExitCode.FAILED.code();

  private Interruption(Thread worker) {
    this.worker = worker;
  }

  static Interruption install(Thread worker) {
    Interruption interruption = new Interruption(worker);
    Runtime.getRuntime().addShutdownHook(new Thread(interruption::stop, "interruption"));
    return interruption;
  }

  /** The command has returned; the process may end. */
  void finished(int exitCode) {
    code = exitCode;
    finished.countDown();
  }

  private void stop() {
    if (finished.getCount() == 0) {
      return;
    }
    worker.interrupt();
    try {
      boolean tidy = finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!tidy) {
        System.err.println("ERROR: the command did not stop in time; the next run tidies up");
      } else if (code == ExitCode.DONE.code()) {
        // To be stopped is how it ends; without this, the process would end as one that was killed.
        Runtime.getRuntime().halt(code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
