package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.wire.RedisLink;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/** A bulk as it comes in, never held as a whole. Used by one thread. */
final class BulkInputStream extends InputStream {
  private final RedisLink link;
  private long left;

  /**
   * @param length how many bytes the bulk has
   */
  BulkInputStream(RedisLink link, long length) {
    this.link = link;
    this.left = length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    try {
      int count =
          link.transferSome(
              Math.min(length, left), piece -> piece.get(bytes, offset, piece.remaining()));
      left -= count;
      return count;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (InterruptedIOException)
          new InterruptedIOException("interrupted while Redis sent a value").initCause(e);
    }
  }
}
