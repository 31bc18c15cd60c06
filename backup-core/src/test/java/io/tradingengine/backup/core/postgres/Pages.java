package io.tradingengine.backup.core.postgres;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Makes data pages. */
final class Pages {
  private Pages() {}

  /** A page with random content and a right checksum. */
  static byte[] page(int size, Random random, long lsn, long block) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    ByteBuffer page = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    page.putShort(14, (short) 100);
    return with(bytes, lsn, block);
  }

  /** The page with that LSN, and the checksum that it has then. */
  static byte[] with(byte[] bytes, long lsn, long block) {
    ByteBuffer page = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    page.putInt(0, (int) (lsn >>> 32)).putInt(4, (int) lsn).putShort(8, (short) 0);
    int[] words = new int[bytes.length / Integer.BYTES];
    page.asIntBuffer().get(words);
    page.putShort(8, (short) new PageChecksum().of(words, (int) block));
    return bytes;
  }

  static long lsn(byte[] page) {
    ByteBuffer bytes = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    return (long) bytes.getInt(0) << 32 | (bytes.getInt(4) & 0xFFFF_FFFFL);
  }

  static int upper(byte[] page) {
    return ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN).getShort(14) & 0xFFFF;
  }
}
