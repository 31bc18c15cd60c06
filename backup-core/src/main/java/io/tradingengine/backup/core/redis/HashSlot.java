package io.tradingengine.backup.core.redis;

/**
 * Which slot of a cluster a key belongs to: CRC-16 (XMODEM) modulo 16384, of what stands between
 * the first braces if there is anything ("Redis cluster specification", key distribution model).
 */
final class HashSlot {
  private static final int POLYNOMIAL = 0x1021;
  private static final int[] TABLE = table();

  private HashSlot() {}

  private static int[] table() {
    int[] table = new int[256];
    for (int i = 0; i < table.length; i++) {
      int crc = i << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) == 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
      }
      table[i] = crc & 0xFFFF;
    }
    return table;
  }

  static int of(byte[] key) {
    int open = indexOf(key, '{', 0);
    if (open >= 0) {
      int close = indexOf(key, '}', open + 1);
      if (close > open + 1) {
        return crc(key, open + 1, close) % Node.Slots.ALL;
      }
    }
    return crc(key, 0, key.length) % Node.Slots.ALL;
  }

  private static int indexOf(byte[] key, char what, int from) {
    for (int i = from; i < key.length; i++) {
      if (key[i] == what) {
        return i;
      }
    }
    return -1;
  }

  private static int crc(byte[] bytes, int from, int to) {
    int crc = 0;
    for (int i = from; i < to; i++) {
      crc = ((crc << 8) & 0xFFFF) ^ TABLE[((crc >> 8) ^ bytes[i]) & 0xFF];
    }
    return crc;
  }
}
