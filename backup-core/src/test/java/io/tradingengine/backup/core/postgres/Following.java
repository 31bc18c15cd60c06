package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.spi.ChangeFollower;
import io.tradingengine.backup.spi.ContinuousSource;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** Runs a follower as the engine does: one thread runs it again and again, another one cuts. */
final class Following implements AutoCloseable {
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  final List<Exception> failures = new CopyOnWriteArrayList<>();
  final ChangeFollower follower;
  private final ArchiveFolder archive;
  private final Thread runner = new Thread(this::run, "test follower");
  private final Thread cutter = new Thread(this::cut, "test cutter");
  private volatile boolean cutting = true;

  Following(ContinuousSource source, ArchiveFolder archive) {
    this.archive = archive;
    this.follower = source.follower(archive);
    runner.start();
    cutter.start();
  }

  private void run() {
    try {
      while (!Thread.interrupted()) {
        try {
          follower.run();
        } catch (IOException e) {
          failures.add(e);
        }
        Thread.sleep(100);
      }
    } catch (BackupException e) {
      failures.add(e);
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void cut() {
    try {
      while (!Thread.interrupted()) {
        if (cutting) {
          follower.cut();
        }
        Thread.sleep(30);
      }
    } catch (InterruptedException e) {
      // closed
    } catch (Exception e) {
      failures.add(e);
    }
  }

  void cutting(boolean on) {
    cutting = on;
  }

  /** Waits until what is stored reaches a position. */
  Following await(StreamPosition position) {
    until(
        "stored up to " + position, () -> archive.ends.stream().anyMatch(p -> p.reaches(position)));
    return this;
  }

  void awaitFailure(String message) {
    until(
        "failed with '" + message + "'",
        () -> failures.stream().anyMatch(e -> String.valueOf(e.getMessage()).contains(message)));
  }

  void until(String what, BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - begin)
          .as("%s; failures: %s; stored: %s", what, failures, archive.ends)
          .isLessThan(PATIENCE_NANOS);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    follower.close();
    runner.interrupt();
    cutter.interrupt();
    try {
      runner.join(10_000);
      cutter.join(10_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    assertThat(runner.isAlive() || cutter.isAlive()).isFalse();
  }
}
