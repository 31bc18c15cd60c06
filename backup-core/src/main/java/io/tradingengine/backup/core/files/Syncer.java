package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Makes written files durable on a few threads of its own, while the next ones are written: many
 * small waits for the disk at once take hardly longer than one. Given to by one thread.
 */
final class Syncer implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int WAITING = 64;

  private final ExecutorService threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          task -> {
            Thread thread = new Thread(task, "backup-files-sync");
            thread.setDaemon(true);
            return thread;
          });
  private final Semaphore room = new Semaphore(WAITING);
  private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();

  /**
   * Syncs and closes {@code channel}, soon. Blocks while many others wait.
   *
   * @throws IOException if one given earlier could not be synced
   */
  void sync(FileChannel channel) throws IOException, InterruptedException {
    try {
      check();
      room.acquire();
    } catch (IOException | InterruptedException e) {
      channel.close();
      throw e;
    }
    try {
      threads.execute(() -> syncNow(channel));
    } catch (RejectedExecutionException e) {
      channel.close();
      throw new IOException("the restore has ended", e);
    }
  }

  private void syncNow(FileChannel channel) {
    try (channel) {
      if (failure.get() == null) {
        channel.force(true);
      }
    } catch (IOException e) {
      failure.compareAndSet(null, e);
    } finally {
      room.release();
    }
  }

  /**
   * Waits for all that were given.
   *
   * @throws IOException if one of them could not be synced
   */
  void await() throws IOException, InterruptedException {
    room.acquire(WAITING);
    room.release(WAITING);
    check();
  }

  private void check() throws IOException {
    IOException cause = failure.get();
    if (cause != null) {
      throw new IOException(
          "restored files could not be made durable: " + cause.getMessage(), cause);
    }
  }

  /** Waits for what is under way; without {@link #await} before, nothing is known of it. */
  @Override
  public void close() {
    threads.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (threads.awaitTermination(1, TimeUnit.HOURS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
