package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.examples.print.Text;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Progress for logs: a line when a source begins, one each ten seconds, and one when it is through.
 * Safe for concurrent use.
 */
final class ProgressLines implements Progress {
  private static final Duration EVERY = Duration.ofSeconds(10);

  private final PrintWriter err;
  private final LongSupplier nanoTime;
  private final Map<String, Long> lastLine = new HashMap<>();

  ProgressLines(PrintWriter err, LongSupplier nanoTime) {
    this.err = err;
    this.nanoTime = nanoTime;
  }

  @Override
  public synchronized void onEvent(BackupEvent event) {
    if (event instanceof BackupEvent.RunStarted started) {
      err.println(verb(started.operation()) + " " + started.backupId());
    } else if (event instanceof BackupEvent.SourceStarted started) {
      lastLine.put(started.source(), nanoTime.getAsLong());
      err.println(started.source() + ": started");
    } else if (event instanceof BackupEvent.Progress progress) {
      progress(progress);
    } else if (event instanceof BackupEvent.SourceFinished finished) {
      err.println(finished(finished));
    } else if (event instanceof BackupEvent.SourceLeftOut leftOut) {
      err.println(leftOut(leftOut));
    }
  }

  private void progress(BackupEvent.Progress progress) {
    long now = nanoTime.getAsLong();
    long last = lastLine.computeIfAbsent(progress.source(), source -> now);
    if (now - last >= EVERY.toNanos()) {
      lastLine.put(progress.source(), now);
      err.println(progress.source() + ": " + howFar(progress));
    }
  }

  static String verb(BackupEvent.Operation operation) {
    return switch (operation) {
      case BACKUP -> "Taking";
      case RESTORE -> "Restoring";
    };
  }

  static String howFar(BackupEvent.Progress progress) {
    if (progress.expected().isEmpty()) {
      return Text.bytes(progress.done());
    }
    long expected = progress.expected().getAsLong();
    return Text.bytes(progress.done())
        + " of about "
        + Text.bytes(Math.max(expected, progress.done()))
        + " ("
        + percent(progress.done(), expected)
        + " %)";
  }

  /** Never 100 before the end: what was expected is an estimate. */
  static long percent(long done, long expected) {
    return expected <= 0 ? 0 : Math.min(99, done * 100 / expected);
  }

  static String leftOut(BackupEvent.SourceLeftOut leftOut) {
    return leftOut.source() + ": LEFT OUT, " + leftOut.reason();
  }

  static String finished(BackupEvent.SourceFinished finished) {
    return finished.source()
        + ": done, "
        + Text.bytes(finished.bytes())
        + " in "
        + Text.duration(finished.duration())
        + " ("
        + Text.rate(finished.bytes(), finished.duration())
        + ")";
  }
}
