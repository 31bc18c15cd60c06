package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.util.Objects;

/**
 * A piece of an artifact's plain stream, and the object that holds it. Immutable.
 *
 * @param key the object
 * @param offset where the piece begins in the plain stream
 * @param size its plain bytes, at the most {@link #LARGEST}
 * @param sha256 the digest of the plain bytes
 * @param storedSize the bytes of the object
 * @param storedSha256 the digest of the object's bytes
 */
public record Volume(
    ObjectKey key, long offset, long size, Sha256 sha256, long storedSize, Sha256 storedSha256) {

  /** The most plain bytes that a volume can have. */
  public static final int LARGEST = 256 << 20;

  /** What compression and encryption can add to a volume's size, at the most, apart from 1/64. */
  private static final int LARGEST_OVERHEAD = 1 << 20;

  public Volume {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(sha256, "sha256");
    Objects.requireNonNull(storedSha256, "storedSha256");
    if (offset < 0 || size < 0 || size > LARGEST) {
      throw new IllegalArgumentException(
          "not a volume: " + key + " has " + size + " bytes from " + offset + " on");
    }
    if (storedSize < 0 || storedSize > largestStored(size)) {
      throw new IllegalArgumentException(
          "not a volume: " + key + " is to hold " + size + " bytes in " + storedSize);
    }
  }

  /** The most that a frame and a message of this many plain bytes can take up. */
  static long largestStored(long size) {
    return size + size / 64 + LARGEST_OVERHEAD;
  }

  /** Where the piece ends in the plain stream. */
  long end() {
    return offset + size;
  }
}
