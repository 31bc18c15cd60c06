package io.tradingengine.backup.s3;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;

/**
 * The few large buffers that all puts of a destination share, so that memory is bounded whatever
 * their number. Who holds one while it asks for the next must have handed the first to somebody who
 * gives it back. Safe for concurrent use.
 */
final class Buffers {
  private final int size;
  private final Semaphore permits;
  private final Deque<byte[]> free = new ArrayDeque<>();

  /**
   * Buffers that are made when they are first needed.
   *
   * @param size in bytes, of each
   */
  Buffers(int count, int size) {
    this.size = size;
    this.permits = new Semaphore(count, true);
  }

  int size() {
    return size;
  }

  /** A buffer, when there is one; its content is anything. */
  byte[] take() throws InterruptedException {
    permits.acquire();
    synchronized (free) {
      byte[] buffer = free.poll();
      return buffer == null ? new byte[size] : buffer;
    }
  }

  /** Gives back what was taken. */
  void giveBack(byte[] buffer) {
    synchronized (free) {
      free.push(buffer);
    }
    permits.release();
  }
}
