package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes what was received to the disk, and acknowledges what is, on a thread of its own: the one
 * that sends on a link of which another thread reads.
 */
final class CommandAcknowledger implements Closeable {
  private static final long PAUSE_MILLIS = 100;
  private static final long ACKNOWLEDGE_NANOS = Duration.ofSeconds(1).toNanos();

  private final RedisLink link;
  private final CommandSpool spool;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile @Nullable IOException failure;

  CommandAcknowledger(RedisLink link, CommandSpool spool) {
    this.link = link;
    this.spool = spool;
    this.thread = new Thread(this::run, "backup-commands-sync");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    long acknowledged = System.nanoTime() - ACKNOWLEDGE_NANOS;
    try {
      while (!stopped) {
        Optional<StreamPosition> durable = spool.sync();
        if (durable.isPresent() && System.nanoTime() - acknowledged >= ACKNOWLEDGE_NANOS) {
          acknowledged = System.nanoTime();
          link.send("REPLCONF", "ACK", Long.toString(durable.get().offset()));
          link.flush();
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (IOException e) {
      failure = e;
      link.close();
    } catch (InterruptedException e) {
      stopped = true;
    }
  }

  void throwFailure() throws IOException {
    IOException cause = failure;
    if (cause != null) {
      throw new IOException(cause.getMessage(), cause);
    }
  }

  @Override
  public void close() {
    stopped = true;
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
