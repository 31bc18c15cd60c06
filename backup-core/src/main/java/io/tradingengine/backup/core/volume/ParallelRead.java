package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.Captured.ChunkConsumer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Reads all volumes of an artifact in several lanes, one of which is the calling thread: so it gets
 * on even if all the pool's threads are taken. Safe for concurrent use.
 */
final class ParallelRead implements Runnable {
  private final VolumeReader reader;
  private final Reading reading;
  private final ChunkConsumer consumer;
  private final Thread caller = Thread.currentThread();
  private final ThreadsAtWork lanes = new ThreadsAtWork();
  private int next;
  private @Nullable Throwable failure;

  ParallelRead(VolumeReader reader, Reading reading, ChunkConsumer consumer) {
    this.reader = reader;
    this.reading = reading;
    this.consumer = consumer;
  }

  /** Reads until nothing is left or something failed; never throws. */
  @Override
  public void run() {
    if (!lanes.enter()) {
      return;
    }
    try {
      for (int index = nextVolume(); index >= 0; index = nextVolume()) {
        read(index);
      }
    } catch (ClosedByInterruptException | InterruptedIOException e) {
      fail(cancelled(e));
    } catch (Throwable e) {
      fail(e);
    } finally {
      lanes.leave();
    }
  }

  /**
   * Reads in so many lanes, of which the calling thread takes one, and returns when all have ended.
   */
  void runAndWait(int count) throws IOException, InterruptedException {
    try {
      for (int i = 1; i < count; i++) {
        reader.execute(this);
      }
      run();
    } catch (IOException e) {
      // The reader was closed meanwhile: lanes that have begun still end before this returns.
      fail(e);
    }
    awaitOthers();
    rethrow();
  }

  private void awaitOthers() {
    lanes.close();
    boolean interrupted = false;
    while (true) {
      try {
        lanes.await();
        break;
      } catch (InterruptedException e) {
        interrupted = !fail(e) || interrupted;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void rethrow() throws IOException, InterruptedException {
    if (failure instanceof InterruptedException e) {
      throw e;
    }
    WorkerThreads.rethrow(failure);
  }

  private synchronized int nextVolume() throws IOException {
    if (failure != null) {
      return -1;
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while reading");
    }
    return next < reading.count() ? next++ : -1;
  }

  private void read(int index) throws IOException {
    ByteBuffer plain = reader.decode(reading, index);
    try {
      if (plain.hasRemaining()) {
        consumer.accept(reading.volume(index).offset(), plain.duplicate());
      }
    } finally {
      reader.giveBack(plain);
    }
  }

  /** Whether this was the first failure, which stops the other lanes. */
  private synchronized boolean fail(Throwable e) {
    if (failure != null) {
      return false;
    }
    failure = e;
    lanes.stop();
    return true;
  }

  /** What an interruption means: the caller was, or the reader is closed and stops its workers. */
  private Exception cancelled(IOException e) {
    if (!Thread.currentThread().isInterrupted()) {
      return e;
    }
    if (Thread.currentThread() != caller) {
      return Decoders.closed(e);
    }
    Thread.interrupted();
    InterruptedException interruption = new InterruptedException("interrupted while reading");
    interruption.initCause(e);
    return interruption;
  }
}
