package io.tradingengine.backup.core.postgres;

/**
 * Joins CRC-32C values of a file's pieces, whatever the order in which the pieces came. A CRC is
 * linear over GF(2): the CRC of a whole is the exclusive or of its pieces' CRCs, each advanced over
 * the bytes that follow its piece. Stateless.
 */
final class Crc32cCombiner {
  /** Castagnoli's polynomial, bit-reversed. */
  private static final int POLYNOMIAL = 0x82F63B78;

  /** The polynomial 1, bit-reversed. */
  private static final int ONE = 1 << 31;

  /** x to the power of 8 · 2ⁿ, modulo the polynomial. */
  private static final int[] POWERS = powers();

  private Crc32cCombiner() {}

  /**
   * The part that a piece has in the CRC of its whole.
   *
   * @param crc the piece's own CRC-32C
   * @param following how many bytes of the whole come after the piece
   */
  static int advance(int crc, long following) {
    int factor = ONE;
    int power = 0;
    for (long rest = following; rest != 0; rest >>>= 1, power++) {
      if ((rest & 1) != 0) {
        factor = multiply(POWERS[power], factor);
      }
    }
    return multiply(factor, crc);
  }

  private static int[] powers() {
    int[] powers = new int[Long.SIZE];
    int power = ONE >>> 1;
    for (int i = 0; i < 3; i++) {
      power = multiply(power, power);
    }
    for (int i = 0; i < powers.length; i++) {
      powers[i] = power;
      power = multiply(power, power);
    }
    return powers;
  }

  /** The product of two polynomials of degree below 32, modulo the polynomial. */
  private static int multiply(int left, int right) {
    int product = 0;
    int factor = right;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((left & bit) != 0) {
        product ^= factor;
      }
      factor = (factor & 1) != 0 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
    }
    return product;
  }
}
