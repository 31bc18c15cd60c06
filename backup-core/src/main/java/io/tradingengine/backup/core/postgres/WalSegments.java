package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Names of WAL segments: the timeline, then the segment's number in two parts, eight upper-case
 * hexadecimal digits each (PostgreSQL's {@code xlog_internal.h}).
 */
final class WalSegments {
  private static final long ADDRESSES = 1L << 32;

  private WalSegments() {}

  /**
   * The first segment of a range that is not there.
   *
   * @param present names of segments that are there
   * @param segmentSize in bytes, a power of two
   */
  static Optional<String> firstMissing(
      ServerManifest.WalRange range, Set<String> present, long segmentSize) {
    long last = Math.max(range.start().value(), range.end().value() - 1) / segmentSize;
    for (long number = range.start().value() / segmentSize; number <= last; number++) {
      String name = name(range.timeline(), number, segmentSize);
      if (!present.contains(name)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  /** The name of the segment with that number, counted from the log's beginning. */
  static String name(long timeline, long number, long segmentSize) {
    long perAddress = ADDRESSES / segmentSize;
    return String.format(
        Locale.ROOT, "%08X%08X%08X", timeline, number / perAddress, number % perAddress);
  }

  /** The name of the segment that holds a position. */
  static String nameAt(long timeline, Lsn at, long segmentSize) {
    return name(timeline, number(at, segmentSize), segmentSize);
  }

  /** The number of the segment that holds a position. */
  static long number(Lsn at, long segmentSize) {
    return Long.divideUnsigned(at.value(), segmentSize);
  }

  /** The number in a name. */
  static long number(String name, long segmentSize) {
    long perAddress = ADDRESSES / segmentSize;
    return Long.parseLong(name.substring(8, 16), 16) * perAddress
        + Long.parseLong(name.substring(16, 24), 16);
  }

  /** The first position of a segment. */
  static Lsn start(long number, long segmentSize) {
    return new Lsn(number * segmentSize);
  }

  /** A timeline as names have it. */
  static String timeline(long timeline) {
    return String.format(Locale.ROOT, "%08X", timeline);
  }
}
