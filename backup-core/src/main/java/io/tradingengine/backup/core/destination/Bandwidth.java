package io.tradingengine.backup.core.destination;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/**
 * A budget of bytes a second that threads share. Whoever takes bytes books the time that they cost
 * behind all that was booked before, and sleeps until it is over; nobody holds a lock meanwhile.
 * Time in which nothing was moved is lost, up to a small burst. Safe for concurrent use.
 */
final class Bandwidth {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  // Makes up for sleeping too long, and is too short for anybody to feel.
  private static final long BURST = TimeUnit.MILLISECONDS.toNanos(50);
  // Sleeping for less is inexact; the debt is kept until it is worth it.
  private static final long SHORTEST_SLEEP = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int LARGEST_SLICE = 64 << 10;
  private static final int SLICES_A_SECOND = 20;

  private final long bytesPerSecond;
  private long bookedUntil = System.nanoTime();

  Bandwidth(long bytesPerSecond) {
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException("not a bandwidth: " + bytesPerSecond);
    }
    this.bytesPerSecond = bytesPerSecond;
  }

  /** How many bytes are moved at once at the most, so that they flow and do not come in gushes. */
  int slice() {
    return (int) Math.max(1, Math.min(LARGEST_SLICE, bytesPerSecond / SLICES_A_SECOND));
  }

  /**
   * Waits until so many bytes may be moved.
   *
   * @param bytes at most a {@link #slice()}
   * @throws InterruptedIOException if this thread is interrupted; its flag is set
   */
  void take(int bytes) throws InterruptedIOException {
    long wait = book(bytes);
    if (wait < SHORTEST_SLEEP) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (InterruptedIOException)
          new InterruptedIOException("interrupted while waiting for bandwidth").initCause(e);
    }
  }

  /** How long it is from now until what was booked is over; less than zero if it is already. */
  private synchronized long book(int bytes) {
    long now = System.nanoTime();
    long earliest = now - BURST;
    long begin = bookedUntil - earliest < 0 ? earliest : bookedUntil;
    // Rounded up, or single bytes would be free of charge.
    bookedUntil = begin + (bytes * SECOND + bytesPerSecond - 1) / bytesPerSecond;
    return bookedUntil - now;
  }
}
