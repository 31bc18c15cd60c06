package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ObjectInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which write-ahead log has to stay: from the start of the window's base on, on its timeline and on
 * all that branched off later, and what each kept backup needs to become consistent. Used by one
 * thread.
 */
final class WalNeed {
  private static final Pattern SEGMENT =
      Pattern.compile(
          RepositoryLayout.WAL
              + "([^/]+)/([^/]+)/([0-9A-F]{8})/([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(?:\\..*)?");

  /** What is needed of one cluster. */
  private static final class Cluster {
    private final Set<Integer> segmentSizes = new HashSet<>();
    private final Map<Long, Long> from = new HashMap<>();
    private final Map<Long, TreeMap<Long, Long>> ranges = new HashMap<>();
    private long firstTimeline = Long.MAX_VALUE;

    private void needOwn(Position.Wal wal) {
      segmentSizes.add(wal.segmentSize());
      ranges
          .computeIfAbsent(wal.timeline(), timeline -> new TreeMap<>())
          .merge(wal.firstSegment(), wal.lastSegment(), Math::max);
    }

    private void needFrom(Position.Wal wal) {
      from.merge(wal.timeline(), wal.firstSegment(), Math::min);
      firstTimeline = Math.min(firstTimeline, wal.timeline());
    }

    /** Ranges may overlap; makes them disjoint, so that one look-up tells. */
    private void merge() {
      ranges.replaceAll((timeline, all) -> disjoint(all));
    }

    private static TreeMap<Long, Long> disjoint(TreeMap<Long, Long> ranges) {
      TreeMap<Long, Long> merged = new TreeMap<>();
      for (Map.Entry<Long, Long> range : ranges.entrySet()) {
        Map.Entry<Long, Long> last = merged.lastEntry();
        if (last != null && range.getKey() <= last.getValue()) {
          merged.put(last.getKey(), Math.max(last.getValue(), range.getValue()));
        } else {
          merged.put(range.getKey(), range.getValue());
        }
      }
      return merged;
    }

    private boolean needs(long timeline, long segment) {
      boolean window =
          timeline > firstTimeline
              || (timeline == firstTimeline && segment >= from.getOrDefault(timeline, 0L));
      return window || inRange(timeline, segment);
    }

    private boolean inRange(long timeline, long segment) {
      TreeMap<Long, Long> own = ranges.get(timeline);
      Map.Entry<Long, Long> range = own == null ? null : own.floorEntry(segment);
      return range != null && segment <= range.getValue();
    }
  }

  private final Map<List<String>, Cluster> clusters = new HashMap<>();
  private final Set<String> unknown = new HashSet<>();
  private final Window window;

  WalNeed(Window window, List<KnownBackup> kept) {
    this.window = window;
    Set<String> sources = new HashSet<>();
    for (KnownBackup backup : kept) {
      for (Position position : backup.positions()) {
        sources.add(position.source());
        if (position instanceof Position.Unknown) {
          unknown.add(position.source());
        } else if (position instanceof Position.Wal wal) {
          cluster(wal).needOwn(wal);
        }
      }
    }
    for (String source : sources) {
      for (KnownBackup backup : window.within(source, kept)) {
        Fates.wal(backup).stream()
            .filter(wal -> wal.source().equals(source))
            .forEach(wal -> cluster(wal).needFrom(wal));
      }
    }
    clusters.values().forEach(Cluster::merge);
  }

  private Cluster cluster(Position.Wal wal) {
    return clusters.computeIfAbsent(List.of(wal.source(), wal.systemId()), key -> new Cluster());
  }

  /** The folder of a segment that nobody needs; empty for all else. */
  Optional<String> unneeded(ObjectInfo object) {
    Matcher name = SEGMENT.matcher(object.key().value());
    if (!name.matches()
        || !name.group(3).equals(name.group(4))
        || unknown.contains(name.group(1))) {
      return Optional.empty(); // A history, or what only its writer understands.
    }
    Cluster cluster = clusters.get(List.of(name.group(1), name.group(2)));
    boolean needed =
        cluster == null || cluster.from.isEmpty()
            // It may be a new one, or one that came back.
            ? window.isRecent(name.group(1), object) || (cluster != null && needs(cluster, name))
            : needs(cluster, name);
    return needed
        ? Optional.empty()
        : Optional.of(object.key().value().substring(0, name.end(3) + 1));
  }

  private static boolean needs(Cluster cluster, Matcher name) {
    if (cluster.segmentSizes.size() != 1) {
      return true;
    }
    long perLog = (1L << 32) / cluster.segmentSizes.iterator().next();
    long timeline = Long.parseLong(name.group(3), 16);
    long log = Long.parseLong(name.group(5), 16);
    long segment = Long.parseLong(name.group(6), 16);
    return segment >= perLog || cluster.needs(timeline, log * perLog + segment);
  }
}
