package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes what was received to the disk, and only then acknowledges it, on a thread of its own. Ends
 * a connection on which the server has been silent for too long. Thread-safe.
 */
final class Acknowledger implements Closeable {
  /** The server counts microseconds from here. */
  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

  private static final long PAUSE_MILLIS = 50;
  private static final long STATUS_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long SILENCE_NANOS = Duration.ofSeconds(10).toNanos();

  private final ReplicationConnection server;
  private final WalSpool spool;
  private final Duration patience;
  private final Thread thread;
  private final boolean atOnce;
  private boolean streaming;
  private boolean written;
  private boolean asked;
  private boolean stopped;
  private volatile long heard = System.nanoTime();
  private volatile @Nullable IOException failure;
  private long acknowledged;
  private long reported = System.nanoTime();

  Acknowledger(
      ReplicationConnection server, WalSpool spool, WalOptions.Mode mode, Duration patience) {
    this.server = server;
    this.spool = spool;
    this.patience = patience;
    this.atOnce = mode == WalOptions.Mode.SYNCHRONOUS;
    this.thread = new Thread(this::run, "backup-wal-sync");
    thread.setDaemon(true);
    thread.start();
  }

  /** The server streams from now on, or has stopped: only then may it be told anything. */
  synchronized void streaming(boolean on) {
    streaming = on;
    heard = System.nanoTime();
    notifyAll();
  }

  /** Something was written that is not durable yet. */
  void received() {
    heard = System.nanoTime();
    synchronized (this) {
      written = true;
      notifyAll();
    }
  }

  /** The server has said something. */
  void heard() {
    heard = System.nanoTime();
  }

  /** The server wants to know at once. */
  synchronized void ask() {
    heard = System.nanoTime();
    asked = true;
    notifyAll();
  }

  private void run() {
    try {
      while (awaitWork()) {
        work();
      }
    } catch (IOException e) {
      failure = e;
      server.abort();
    } catch (InterruptedException e) {
      server.abort(); // Closed.
    }
  }

  private synchronized boolean awaitWork() throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    while (!stopped && !(streaming && (written || asked))) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        break;
      }
      wait(left / 1_000_000 + 1);
    }
    written = false;
    return !stopped;
  }

  private void work() throws IOException, InterruptedException {
    Optional<StreamPosition> durable = spool.sync();
    boolean answer;
    synchronized (this) {
      if (!streaming) {
        return;
      }
      answer = asked;
      asked = false;
    }
    long now = System.nanoTime();
    long silent = now - heard;
    if (silent > patience.toNanos()) {
      throw new IOException("the server has been silent for " + patience.toSeconds() + " s");
    }
    long position = durable.map(StreamPosition::offset).orElse(0L);
    if (position != acknowledged || answer || now - reported > STATUS_NANOS) {
      acknowledged = position;
      reported = now;
      server.sendCopyData(status(new Lsn(position), silent > SILENCE_NANOS));
    }
    if (!atOnce) {
      Thread.sleep(PAUSE_MILLIS); // One write to the disk for all that comes meanwhile.
    }
  }

  /** Throws what kept this from its work, as the connection was ended for it. */
  void throwFailure() throws IOException {
    IOException cause = failure;
    if (cause != null) {
      throw new IOException(cause.getMessage(), cause);
    }
  }

  private static ByteBuffer status(Lsn durable, boolean answer) {
    Duration clock = Duration.between(EPOCH, Instant.now());
    return ByteBuffer.allocate(2 + 4 * Long.BYTES)
        .put((byte) 'r')
        .putLong(durable.value())
        .putLong(durable.value())
        .putLong(0)
        .putLong(clock.toSeconds() * 1_000_000 + clock.toNanosPart() / 1000)
        .put((byte) (answer ? 1 : 0))
        .flip();
  }

  @Override
  public void close() {
    synchronized (this) {
      stopped = true;
      notifyAll();
    }
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
