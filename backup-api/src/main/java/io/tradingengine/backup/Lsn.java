package io.tradingengine.backup;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A PostgreSQL log sequence number: a byte position in the write-ahead log. Immutable, ordered as
 * an unsigned number, printed as PostgreSQL's {@code pg_lsn} type prints it.
 *
 * @param value the position in bytes, unsigned
 */
public record Lsn(long value) implements Comparable<Lsn> {
  private static final Pattern FORM = Pattern.compile("([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})");

  /**
   * Parses the form {@code 16/3002D50}.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static Lsn parse(String text) {
    var matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not an LSN: '" + text + "' (expected something like 16/3002D50)");
    }
    return new Lsn(
        Long.parseLong(matcher.group(1), 16) << 32 | Long.parseLong(matcher.group(2), 16));
  }

  /** The position {@code bytes} further on; negative moves back. */
  public Lsn plus(long bytes) {
    return new Lsn(value + bytes);
  }

  /** How many bytes this position lies after {@code earlier}; negative if it lies before. */
  public long minus(Lsn earlier) {
    return value - earlier.value;
  }

  /** The first position of the segment that holds this one. */
  public Lsn segmentStart(int segmentSize) {
    return new Lsn(value - Long.remainderUnsigned(value, segmentSize));
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%X/%X", value >>> 32, value & 0xFFFF_FFFFL);
  }
}
