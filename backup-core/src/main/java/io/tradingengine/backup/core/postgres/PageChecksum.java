package io.tradingengine.backup.core.postgres;

/**
 * PostgreSQL's checksum of a data page: 32 interleaved FNV-1a sums over its 32-bit words, folded to
 * 16 bits (as {@code storage/checksum_impl.h} defines it). Not safe for concurrent use.
 */
final class PageChecksum {
  private static final int COLUMNS = 32;
  private static final int PRIME = 16777619;
  private static final int[] SEEDS = {
    0x5B1F36E9, 0xB8525960, 0x02AB50AA, 0x1DE66D2A, 0x79FF467A, 0x9BB9F8A3, 0x217E7CD2, 0x83E13D2C,
    0xF8D4474F, 0xE39EB970, 0x42C6AE16, 0x993216FA, 0x7B093B5D, 0x98DAFF3C, 0xF718902A, 0x0B1C9CDB,
    0xE58F764B, 0x187636BC, 0x5D7B3BB1, 0xE73DE7DE, 0x92BEC979, 0xCCA6C0B2, 0x304A0979, 0x85AA43D4,
    0x783125BB, 0x6CA8EAA2, 0xE407EAC6, 0x4B5CFC3E, 0x9FBF8C76, 0x15CA20BE, 0xF2CA9FD3, 0x959BD756
  };

  private final int[] sums = new int[COLUMNS];

  /**
   * Computes a page's checksum.
   *
   * @param page its words, little endian, with zero where the checksum stands
   * @param block its number in the relation, unsigned, from the first segment on
   * @return 1 to 65535
   */
  int of(int[] page, int block) {
    System.arraycopy(SEEDS, 0, sums, 0, COLUMNS);
    for (int row = 0; row < page.length; row += COLUMNS) {
      mix(sums, page, row);
    }
    int result = 0;
    for (int column = 0; column < COLUMNS; column++) {
      // Two rounds of zeros, so that the last words are mixed as well as the first.
      result ^= mix(mix(sums[column]));
    }
    return Integer.remainderUnsigned(result ^ block, 65535) + 1;
  }

  /** A loop of its own and of constant length: the compiler makes vector instructions of it. */
  private static void mix(int[] sums, int[] page, int row) {
    for (int column = 0; column < COLUMNS; column++) {
      int mixed = sums[column] ^ page[row + column];
      sums[column] = (mixed * PRIME) ^ (mixed >>> 17);
    }
  }

  private static int mix(int sum) {
    return (sum * PRIME) ^ (sum >>> 17);
  }
}
