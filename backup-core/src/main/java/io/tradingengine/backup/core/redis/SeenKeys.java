package io.tradingengine.backup.core.redis;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Remembers keys by 128 bits of their SHA-256, in 32 to 64 bytes each: {@code SCAN} may give a key
 * twice, and an RDB that has one twice cannot be loaded. Two different keys that look alike would
 * need 2^64 keys to become likely. Used by one thread.
 */
final class SeenKeys {
  private static final int FIRST_CAPACITY = 1 << 10;

  private final MessageDigest digest;

  /** Pairs of halves at even places; a pair of zeros is free. */
  private long[] table = new long[2 * FIRST_CAPACITY];

  private int size;

  SeenKeys() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** Whether the key is new; it is not from then on. */
  boolean add(byte[] key) {
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(key));
    // Never the pair of zeros that means a free place.
    if (!insert(hash.getLong() | 1, hash.getLong())) {
      return false;
    }
    size++;
    if (size > table.length / 4) {
      grow();
    }
    return true;
  }

  private boolean insert(long high, long low) {
    int mask = table.length - 2;
    for (int at = (int) (low << 1) & mask; ; at = (at + 2) & mask) {
      if (table[at] == 0) {
        table[at] = high;
        table[at + 1] = low;
        return true;
      }
      if (table[at] == high && table[at + 1] == low) {
        return false;
      }
    }
  }

  private void grow() {
    long[] old = table;
    table = new long[Math.multiplyExact(old.length, 2)];
    for (int at = 0; at < old.length; at += 2) {
      if (old[at] != 0) {
        insert(old[at], old[at + 1]);
      }
    }
  }
}
