package io.tradingengine.backup.core.redis.rdb;

/** Expands strings compressed with LibLZF, as servers do with {@code rdbcompression yes}. */
final class Lzf {
  private static final int LITERALS = 32;
  private static final int LONG_MATCH = 7;

  /** Three bytes can stand for 7 + 255 + 2 at most. */
  private static final int MOST_PER_BYTE = 88;

  private Lzf() {}

  /** No compressed string of {@code length} bytes expands to more than this. */
  static long longest(int length) {
    return (long) length * MOST_PER_BYTE;
  }

  /** Fills {@code out} exactly; false if that is not what {@code in} holds. */
  static boolean expand(byte[] in, byte[] out) {
    int from = 0;
    int to = 0;
    while (from < in.length) {
      int control = in[from++] & 0xFF;
      if (control < LITERALS) {
        int count = control + 1;
        if (count > in.length - from || count > out.length - to) {
          return false;
        }
        System.arraycopy(in, from, out, to, count);
        from += count;
        to += count;
      } else {
        int count = control >>> 5;
        int extra = count == LONG_MATCH ? 2 : 1;
        if (extra > in.length - from) {
          return false;
        }
        count += 2 + (extra == 2 ? in[from++] & 0xFF : 0);
        int source = to - (((control & 0x1F) << 8) | (in[from++] & 0xFF)) - 1;
        if (source < 0 || count > out.length - to) {
          return false;
        }
        for (int end = to + count; to < end; to++) { // may overlap
          out[to] = out[source++];
        }
      }
    }
    return to == out.length;
  }
}
