package io.tradingengine.backup.core.volume;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Direct buffers that are used again, since allocating one for every volume would have the
 * collector chase them. How many there are is up to those who take them; they go with the pool.
 * Safe for concurrent use.
 */
final class DirectBuffers {
  private final Deque<ByteBuffer> free = new ArrayDeque<>();
  private long allocated;

  /** An empty buffer with room for at least {@code size} bytes; its contents are left-overs. */
  ByteBuffer take(int size) {
    synchronized (free) {
      for (Iterator<ByteBuffer> buffers = free.iterator(); buffers.hasNext(); ) {
        ByteBuffer buffer = buffers.next();
        if (buffer.capacity() >= size) {
          buffers.remove();
          return buffer.clear();
        }
      }
      allocated += size;
    }
    return ByteBuffer.allocateDirect(size);
  }

  /** Takes back what {@link #take} gave, which must not be touched any more. */
  void giveBack(ByteBuffer buffer) {
    synchronized (free) {
      free.addFirst(buffer);
    }
  }

  /** All bytes ever allocated here. */
  long allocated() {
    synchronized (free) {
      return allocated;
    }
  }
}
