package io.tradingengine.backup.core.postgres;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the pieces of a cluster's archived log are called, below the source's folder. Immutable.
 *
 * @param system the cluster's number
 * @param timeline the timeline
 * @param piece which part of the log it is
 */
record WalName(String system, long timeline, Piece piece) {
  private static final Pattern FORM =
      Pattern.compile(
          "([0-9]{1,20})/(?:([0-9A-F]{8})/([0-9A-F]{24})\\.(?:([0-9a-f]{32})|([0-9]{1,10})-([0-9]{1,10}))"
              + "|([0-9A-F]{8})\\.history\\.([0-9a-f]{32}))");

  /** A part of a log. */
  sealed interface Piece {}

  /** A whole segment. */
  record Whole(String segment, String digest) implements Piece {}

  /** Bytes of a segment that was still being written. */
  record Slice(String segment, long from, long to) implements Piece {}

  /** The history of the timeline. */
  record History(String digest) implements Piece {}

  /** What a name says; empty for one that is of no use to a recovery. */
  static Optional<WalName> parse(String name) {
    Matcher found = FORM.matcher(name);
    if (!found.matches()) {
      return Optional.empty();
    }
    String system = found.group(1);
    if (found.group(7) != null) {
      long timeline = Long.parseLong(found.group(7), 16);
      return Optional.of(new WalName(system, timeline, new History(found.group(8))));
    }
    String segment = found.group(3);
    long timeline = Long.parseLong(found.group(2), 16);
    if (!segment.startsWith(found.group(2))) {
      return Optional.empty();
    }
    return Optional.of(new WalName(system, timeline, piece(found, segment)));
  }

  private static Piece piece(Matcher found, String segment) {
    return found.group(4) != null
        ? new Whole(segment, found.group(4))
        : new Slice(segment, Long.parseLong(found.group(5)), Long.parseLong(found.group(6)));
  }

  /** The name of a file that is stored whole. */
  static String whole(String system, long timeline, String file, String digest) {
    return system + "/" + WalSegments.timeline(timeline) + "/" + file + "." + digest;
  }

  /** The name of a range of a segment. */
  static String slice(String system, long timeline, String segment, long from, long to) {
    return system + "/" + WalSegments.timeline(timeline) + "/" + segment + "." + from + "-" + to;
  }

  /** The name of a timeline's history. */
  static String history(String system, long timeline, String digest) {
    return system + "/" + WalSegments.timeline(timeline) + ".history." + digest;
  }

  /** The stream of a timeline, as positions name it. */
  static String stream(String system, long timeline) {
    return system + "/" + WalSegments.timeline(timeline);
  }
}
