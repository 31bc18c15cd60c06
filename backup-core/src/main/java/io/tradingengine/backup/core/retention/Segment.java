package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ObjectKey;
import java.util.Optional;

/**
 * What the name of an archived WAL segment says, or of a part of one. Immutable.
 *
 * @param cluster whose it is
 * @param timeline its timeline
 * @param log the high half of its position
 * @param number counts through a log
 */
record Segment(Cluster cluster, long timeline, long log, long number)
    implements Comparable<Segment> {
  private static final int TIMELINE = 8;
  private static final int NAME = 24;

  /**
   * A cluster that a source was.
   *
   * @param source the source's name
   * @param systemId the cluster's number
   */
  record Cluster(String source, String systemId) {}

  /**
   * The segment that a key names; empty for a history, and for what only its writer knows. There
   * may be a great many, so no regular expression is asked.
   */
  static Optional<Segment> of(ObjectKey key) {
    String text = key.value();
    int source = RepositoryLayout.WAL.length();
    int systemId = text.indexOf('/', source) + 1;
    int timeline = text.indexOf('/', systemId) + 1;
    int name = timeline + TIMELINE + 1;
    boolean folders =
        text.startsWith(RepositoryLayout.WAL)
            && systemId > 0
            && timeline > 0
            && name + NAME <= text.length()
            && text.charAt(name - 1) == '/'
            && text.indexOf('/', name) < 0
            && text.regionMatches(timeline, text, name, TIMELINE);
    boolean ends = folders && (text.length() == name + NAME || text.charAt(name + NAME) == '.');
    if (!ends || !isHex(text, name)) {
      return Optional.empty();
    }
    Cluster cluster =
        new Cluster(text.substring(source, systemId - 1), text.substring(systemId, timeline - 1));
    return Optional.of(
        new Segment(cluster, part(text, name), part(text, name + 8), part(text, name + 16)));
  }

  private static boolean isHex(String text, int from) {
    for (int i = from; i < from + NAME; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'A' || c > 'F')) {
        return false;
      }
    }
    return true;
  }

  private static long part(String text, int from) {
    return Long.parseLong(text, from, from + 8, 16);
  }

  /** Where it stands among all segments of that size; empty if there can be no such one. */
  Optional<Long> index(int segmentSize) {
    long perLog = (1L << 32) / segmentSize;
    return number < perLog ? Optional.of(log * perLog + number) : Optional.empty();
  }

  /** By position; of one cluster. */
  @Override
  public int compareTo(Segment other) {
    return log == other.log ? Long.compare(number, other.number) : Long.compare(log, other.log);
  }

  /** The folder that it lies in. */
  String folder() {
    return "%s%s/%s/%08X/"
        .formatted(RepositoryLayout.WAL, cluster.source, cluster.systemId, timeline);
  }
}
