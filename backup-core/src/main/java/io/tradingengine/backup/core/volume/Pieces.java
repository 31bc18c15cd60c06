package io.tradingengine.backup.core.volume;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Arrays of 64 KiB that are used again. Stored volumes stand in them rather than in arrays of their
 * own: those would be humongous objects to the G1 collector. Safe for concurrent use.
 */
final class Pieces {
  static final int SIZE = 1 << 16;

  private final ConcurrentLinkedQueue<byte[]> free = new ConcurrentLinkedQueue<>();
  private final AtomicLong allocated = new AtomicLong();

  /** An array of {@link #SIZE} bytes; its contents are left-overs. */
  byte[] take() {
    byte[] piece = free.poll();
    if (piece == null) {
      allocated.addAndGet(SIZE);
      return new byte[SIZE];
    }
    return piece;
  }

  /** Takes back what {@link #take} gave, which must not be touched any more. */
  void giveBack(Iterable<byte[]> pieces) {
    pieces.forEach(free::add);
  }

  /** All bytes ever allocated here. */
  long allocated() {
    return allocated.get();
  }
}
