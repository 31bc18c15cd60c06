package io.tradingengine.backup.spi;

/**
 * A range of an object's bytes.
 *
 * @param offset the first byte, counted from 0
 * @param length how many bytes at the most; {@link Long#MAX_VALUE} reads to the end
 */
public record ByteRange(long offset, long length) {
  /** The whole object. */
  public static final ByteRange ALL = new ByteRange(0, Long.MAX_VALUE);

  public ByteRange {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("not a range: " + offset + "+" + length);
    }
  }
}
