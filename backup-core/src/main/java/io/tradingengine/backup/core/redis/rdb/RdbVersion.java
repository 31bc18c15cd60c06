package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.Locale;

/**
 * The version of an RDB, or of a {@code DUMP}. Up to 11 Redis and Valkey share them; 12 to 79 are
 * Redis' own, from 80 on they are Valkey's and the file begins with another name.
 *
 * @param number at least 5, the first that carries a checksum (Redis 2.6), at most 999
 */
public record RdbVersion(int number) {
  /** How many bytes an RDB begins with: its magic word and the version. */
  static final int HEADER = 9;

  private static final int FIRST = 5;
  private static final int LAST = 999;
  private static final int FIRST_OF_REDIS = 12;
  private static final int FIRST_OF_VALKEY = 80;
  private static final String REDIS_MAGIC = "REDIS";
  private static final String VALKEY_MAGIC = "VALKEY";

  public RdbVersion {
    if (number < FIRST || number > LAST) {
      throw new IllegalArgumentException("not an RDB version: " + number);
    }
  }

  /** Whether a server of this family can have written it, and may be able to read it. */
  public boolean isKnownTo(Flavour flavour) {
    return switch (flavour) {
      case REDIS -> number < FIRST_OF_VALKEY;
      case VALKEY -> number < FIRST_OF_REDIS || number >= FIRST_OF_VALKEY;
    };
  }

  /**
   * Reads the first bytes of an RDB.
   *
   * @param header nine bytes
   * @throws IOException if no RDB begins like this
   */
  static RdbVersion parse(byte[] header) throws IOException {
    String text = new String(header, 0, HEADER, ISO_8859_1);
    for (String magic : new String[] {VALKEY_MAGIC, REDIS_MAGIC}) {
      String digits = text.substring(magic.length());
      if (text.startsWith(magic) && digits.chars().allMatch(each -> each >= '0' && each <= '9')) {
        return checked(Integer.parseInt(digits), magic);
      }
    }
    throw new IOException(
        "this is no RDB: it begins with \""
            + Printable.text(header, HEADER)
            + "\" instead of REDIS or VALKEY and a version");
  }

  /**
   * The version in a {@code DUMP}.
   *
   * @throws IOException if there is no such version
   */
  static RdbVersion of(int number) throws IOException {
    if (number < FIRST) {
      throw new IOException(
          "RDB version " + number + " is of a server before Redis 2.6; load it into a newer one");
    }
    if (number > LAST) {
      throw new IOException("there is no RDB version " + number);
    }
    return new RdbVersion(number);
  }

  private static RdbVersion checked(int number, String magic) throws IOException {
    RdbVersion version = of(number);
    if (magic.equals(VALKEY_MAGIC) != (number >= FIRST_OF_VALKEY)) {
      throw new IOException("there is no RDB version " + number + " of " + magic);
    }
    return version;
  }

  /** The first nine bytes of an RDB of this version. */
  byte[] header() {
    String text =
        number >= FIRST_OF_VALKEY
            ? String.format(Locale.ROOT, "%s%03d", VALKEY_MAGIC, number)
            : String.format(Locale.ROOT, "%s%04d", REDIS_MAGIC, number);
    return text.getBytes(US_ASCII);
  }

  /** Whether a Valkey wrote it that gave types and opcodes other meanings than Redis does. */
  boolean isValkeys() {
    return number >= FIRST_OF_VALKEY;
  }

  @Override
  public String toString() {
    return Integer.toString(number);
  }
}
