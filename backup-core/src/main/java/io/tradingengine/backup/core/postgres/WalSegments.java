package io.tradingengine.backup.core.postgres;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Names of WAL segments: timeline, then the segment's number in two parts of eight digits. */
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

  private static String name(long timeline, long number, long segmentSize) {
    long perAddress = ADDRESSES / segmentSize;
    return String.format(
        Locale.ROOT, "%08X%08X%08X", timeline, number / perAddress, number % perAddress);
  }
}
