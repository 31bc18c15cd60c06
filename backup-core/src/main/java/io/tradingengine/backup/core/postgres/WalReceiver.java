package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection.Frame;
import io.tradingengine.backup.core.postgres.wire.Row;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Receives, on a connection and a thread of its own, the WAL that is written while a base backup is
 * taken. A temporary slot keeps the server from removing it before.
 *
 * <p>Made, started, finished and closed by the thread that takes the backup.
 */
final class WalReceiver implements AutoCloseable {
  /** How {@code pg_stat_replication} shows it: never to be named as a synchronous standby. */
  static final String APPLICATION = "trading-engine-backup-wal";

  /** The server counts microseconds from here. */
  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

  private static final long REPORT_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int HEADER = 3 * Long.BYTES;

  private final ReplicationConnection server;
  private final ServerFacts facts;
  private final String slot;
  private final Runnable onFailure;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Lsn stop;
  private @Nullable Thread thread;
  private long lastReport = System.nanoTime();

  private WalReceiver(
      ReplicationConnection server, ServerFacts facts, String slot, Runnable onFailure) {
    this.server = server;
    this.facts = facts;
    this.slot = slot;
    this.onFailure = onFailure;
  }

  /**
   * Connects, and has the server keep its WAL from now on.
   *
   * @param onFailure called by the receiving thread when it has failed, to end the backup
   */
  static WalReceiver connect(ConnectionSpec spec, ServerFacts facts, Runnable onFailure)
      throws SQLException, IOException, InterruptedException {
    ReplicationConnection server = ReplicationConnection.open(spec, APPLICATION, notice -> {});
    try {
      String slot = "backup_" + UUID.randomUUID().toString().replace('-', '_');
      server.query("CREATE_REPLICATION_SLOT " + slot + " TEMPORARY PHYSICAL (RESERVE_WAL)");
      return new WalReceiver(server, facts, slot, onFailure);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Begins to receive into the artifact {@code wal}. */
  void start(BaseBackup.Start start, ArtifactSink sink) {
    Thread receiver = new Thread(() -> run(start, sink), "backup WAL receiver");
    receiver.setDaemon(true);
    thread = receiver;
    receiver.start();
  }

  /** Whether {@link #start} was called. */
  boolean isStarted() {
    return thread != null;
  }

  private void run(BaseBackup.Start start, ArtifactSink sink) {
    try (ArtifactStream out = sink.create("wal", "tar")) {
      Lsn first = start.lsn().segmentStart(facts.walSegmentSize());
      WalArchive archive = new WalArchive(out, facts.walSegmentSize(), start.timeline(), first);
      if (start.timeline() > 1) {
        Row history = server.query("TIMELINE_HISTORY " + start.timeline()).get(0);
        archive.writeFile(history.text(0), history.bytes(1));
      }
      server.send(
          "START_REPLICATION SLOT "
              + slot
              + " PHYSICAL "
              + first
              + " TIMELINE "
              + start.timeline());
      receive(archive);
      archive.finish();
    } catch (Throwable e) {
      failure = e;
      onFailure.run();
    } finally {
      ended.countDown();
    }
  }

  private void receive(WalArchive archive) throws IOException {
    while (!isComplete(archive)) {
      Frame frame = server.next();
      switch (frame) {
        case COPY_BOTH -> {}
        case COPY_DATA -> accept(server.body(), archive);
        default ->
            throw new IOException(
                "the server stopped sending WAL at "
                    + archive.position()
                    + ": its timeline has ended, was it promoted?");
      }
      if (System.nanoTime() - lastReport > REPORT_NANOS) {
        report(archive.position());
      }
    }
    server.sendCopyDone();
    Frame frame = server.next();
    while (frame != Frame.READY) {
      frame = server.next();
    }
  }

  private boolean isComplete(WalArchive archive) {
    Lsn wanted = stop;
    return wanted != null && archive.position().compareTo(wanted) >= 0;
  }

  private void accept(ByteBuffer body, WalArchive archive) throws IOException {
    byte kind = body.get();
    switch (kind) {
      case 'w' -> {
        Lsn at = new Lsn(body.getLong());
        body.position(body.position() + HEADER - Long.BYTES);
        archive.write(at, body);
      }
      case 'k' -> {
        body.position(body.position() + 2 * Long.BYTES);
        if (body.get() != 0) {
          report(archive.position());
        }
      }
      default -> throw new IOException("the server's WAL stream is not understood: part " + kind);
    }
  }

  /**
   * Tells the server how far we are, so that its slot lets go of what we have.
   *
   * <p>What we have received is not durable yet. Where the server might wait for us at a commit, we
   * say that nothing is flushed, and are no synchronous standby to it.
   */
  private void report(Lsn position) throws IOException {
    lastReport = System.nanoTime();
    String names = facts.synchronousStandbyNames();
    long flushed = names.contains("*") || names.contains(APPLICATION) ? 0 : position.value();
    server.sendCopyData(status(position.value(), flushed, 0));
  }

  /**
   * Waits until the WAL up to {@code stop} is received and its artifact finished.
   *
   * @throws IOException what the receiving thread failed with
   */
  void finish(Lsn stop) throws IOException, InterruptedException {
    this.stop = stop;
    wakeUp();
    ended.await();
    throwFailure();
  }

  /**
   * Does nothing unless the receiving thread has failed.
   *
   * @throws IOException what it failed with
   */
  void throwFailure() throws IOException {
    Throwable cause = failure;
    if (cause != null) {
      throw new IOException(
          "the WAL of the backup could not be received: " + cause.getMessage(), cause);
    }
  }

  /** A server with nothing new to send stays silent: have it answer. */
  private void wakeUp() {
    try {
      server.sendCopyData(status(0, 0, 1));
    } catch (IOException e) {
      onFailure.run(); // the receiving thread sees the same failure, and says so
    }
  }

  private static ByteBuffer status(long received, long flushed, int answer) {
    Duration clock = Duration.between(EPOCH, Instant.now());
    return ByteBuffer.allocate(2 + 4 * Long.BYTES)
        .put((byte) 'r')
        .putLong(received)
        .putLong(flushed)
        .putLong(0)
        .putLong(clock.toSeconds() * 1_000_000 + clock.toNanosPart() / 1000)
        .put((byte) answer)
        .flip();
  }

  /** Ends the receiving thread if it still runs, and drops the slot with the connection. */
  @Override
  public void close() {
    Thread receiver = thread;
    if (receiver != null) {
      if (ended.getCount() > 0) {
        server.abort();
        receiver.interrupt();
      }
      join(receiver);
    }
    server.close();
  }

  /** The thread ends at once: what it waits for has been closed or interrupted. */
  private static void join(Thread receiver) {
    boolean interrupted = false;
    while (true) {
      try {
        receiver.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
