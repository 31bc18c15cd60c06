package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ObjectKey;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of an archived WAL segment says, or of a part of one. Immutable.
 *
 * @param cluster whose it is
 * @param timeline its timeline
 * @param log the high half of its position
 * @param number counts through a log
 */
record Segment(Cluster cluster, long timeline, long log, long number) {
  private static final Pattern FORM =
      Pattern.compile(
          RepositoryLayout.WAL
              + "([^/]+)/([^/]+)/([0-9A-F]{8})/\\3([0-9A-F]{8})([0-9A-F]{8})(?:\\..*)?");

  /**
   * A cluster that a source was.
   *
   * @param source the source's name
   * @param systemId the cluster's number
   */
  record Cluster(String source, String systemId) {}

  /** The segment that a key names; empty for a history, and for what only its writer knows. */
  static Optional<Segment> of(ObjectKey key) {
    Matcher name = FORM.matcher(key.value());
    return name.matches()
        ? Optional.of(
            new Segment(
                new Cluster(name.group(1), name.group(2)),
                Long.parseLong(name.group(3), 16),
                Long.parseLong(name.group(4), 16),
                Long.parseLong(name.group(5), 16)))
        : Optional.empty();
  }

  /** Where it stands among all segments of that size; empty if there can be no such one. */
  Optional<Long> index(int segmentSize) {
    long perLog = (1L << 32) / segmentSize;
    return number < perLog ? Optional.of(log * perLog + number) : Optional.empty();
  }

  /** The folder that it lies in. */
  String folder() {
    return "%s%s/%s/%08X/"
        .formatted(RepositoryLayout.WAL, cluster.source, cluster.systemId, timeline);
  }
}
