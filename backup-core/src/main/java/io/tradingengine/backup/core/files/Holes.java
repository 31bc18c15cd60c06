package io.tradingengine.backup.core.files;

import java.util.Arrays;

/** Finds the blocks of a file that need not be written, because they are all zeros. */
final class Holes {
  private static final byte[] ZEROS = new byte[Archive.BLOCK];

  private Holes() {}

  /** Whether {@code length} bytes, at most a block, are zeros. */
  static boolean isHole(byte[] bytes, int from, int length) {
    return Arrays.equals(bytes, from, from + length, ZEROS, 0, length);
  }

  /**
   * How much of a piece that begins at a block's start takes up space, in bytes of whole blocks.
   */
  static long bytesToWrite(byte[] bytes, int length) {
    long blocks = 0;
    for (int from = 0; from < length; from += Archive.BLOCK) {
      if (!isHole(bytes, from, Math.min(Archive.BLOCK, length - from))) {
        blocks++;
      }
    }
    return blocks * Archive.BLOCK;
  }
}
