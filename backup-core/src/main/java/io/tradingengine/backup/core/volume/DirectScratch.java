package io.tradingengine.backup.core.volume;

import java.nio.ByteBuffer;

/** A direct buffer that grows to what is needed and is used again. Not safe for concurrent use. */
final class DirectScratch {
  private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

  /** An empty buffer with room for at least {@code size} bytes; its contents are left-overs. */
  ByteBuffer take(int size) {
    if (buffer.capacity() < size) {
      buffer = ByteBuffer.allocateDirect(size);
    }
    return buffer.clear();
  }

  /**
   * A direct buffer with what remains of {@code bytes}, which is consumed: itself if it is direct.
   */
  ByteBuffer hold(ByteBuffer bytes) {
    if (bytes.isDirect()) {
      return bytes;
    }
    int size = bytes.remaining();
    if (buffer.capacity() < size) {
      take(roomy(size));
    }
    return take(size).put(bytes).flip();
  }

  /**
   * Sizes differ a little from volume to volume; with some room to spare, few allocations do for
   * all.
   */
  static int roomy(int size) {
    long withRoom = size + size / 8L;
    long page = 1 << 16;
    return (int) Math.min((withRoom + page - 1) / page * page, Integer.MAX_VALUE - 8);
  }
}
