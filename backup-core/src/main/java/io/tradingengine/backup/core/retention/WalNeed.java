package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.core.retention.Segment.Cluster;
import io.tradingengine.backup.spi.ObjectInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which write-ahead log has to stay: from the start of the window's base on, on its timeline and on
 * all that branched off later, and what each kept backup needs to become consistent. Used by one
 * thread.
 */
final class WalNeed {
  /** What is needed of one cluster, in numbers of segments by timeline. */
  private static final class Need {
    private final Set<Integer> segmentSizes = new HashSet<>();
    private final Map<Long, Long> from = new HashMap<>();
    private final Map<Long, NavigableMap<Long, Long>> ranges = new HashMap<>();

    private void own(Position.Wal wal) {
      segmentSizes.add(wal.segmentSize());
      ranges
          .computeIfAbsent(wal.timeline(), timeline -> new TreeMap<>())
          .merge(wal.firstSegment(), wal.lastSegment(), Math::max);
    }

    private void following(Position.Wal wal) {
      from.merge(wal.timeline(), wal.firstSegment(), Math::min);
    }

    private boolean contains(Segment segment) {
      if (segmentSizes.size() != 1) {
        return true; // Then numbers do not tell which one comes first.
      }
      return segment
          .index(segmentSizes.iterator().next())
          .map(index -> follows(segment.timeline(), index) || inRange(segment.timeline(), index))
          .orElse(true);
    }

    /** A later timeline may have branched off before the position of the base. */
    private boolean follows(long timeline, long index) {
      for (Map.Entry<Long, Long> each : from.entrySet()) {
        if (timeline > each.getKey() || (timeline == each.getKey() && index >= each.getValue())) {
          return true;
        }
      }
      return false;
    }

    private boolean inRange(long timeline, long index) {
      NavigableMap<Long, Long> own = ranges.get(timeline);
      Map.Entry<Long, Long> range = own == null ? null : own.floorEntry(index);
      return range != null && index <= range.getValue();
    }

    /** Ranges may overlap; makes them disjoint, so that one look-up tells. */
    private void merge() {
      ranges.replaceAll((timeline, all) -> disjoint(all));
    }

    private static NavigableMap<Long, Long> disjoint(NavigableMap<Long, Long> ranges) {
      NavigableMap<Long, Long> merged = new TreeMap<>();
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
  }

  private final Map<Cluster, Need> needs = new HashMap<>();
  private final Set<String> unknown = new HashSet<>();
  private final Window window;

  WalNeed(Window window, List<KnownBackup> kept) {
    this.window = window;
    Set<String> sources = new HashSet<>();
    for (KnownBackup backup : kept) {
      for (Position position : backup.positions()) {
        if (position instanceof Position.Unknown) {
          unknown.add(position.source());
        } else if (position instanceof Position.Wal wal) {
          sources.add(wal.source());
          need(wal).own(wal);
        }
      }
    }
    for (String source : sources) {
      for (KnownBackup backup : window.within(source, kept)) {
        Fates.wal(backup).stream()
            .filter(wal -> wal.source().equals(source))
            .forEach(wal -> need(wal).following(wal));
      }
    }
    needs.values().forEach(Need::merge);
  }

  private Need need(Position.Wal wal) {
    return needs.computeIfAbsent(new Cluster(wal.source(), wal.systemId()), cluster -> new Need());
  }

  /** The folder of a segment that nobody needs; empty for all else. */
  Optional<String> unneeded(ObjectInfo object) {
    return Segment.of(object.key())
        .filter(segment -> !unknown.contains(segment.cluster().source()))
        .filter(segment -> !needed(segment, object))
        .map(Segment::folder);
  }

  private boolean needed(Segment segment, ObjectInfo object) {
    Need need = needs.get(segment.cluster());
    if (need != null && need.contains(segment)) {
      return true;
    }
    // A cluster without a backup in the window may be a new one, or one that came back.
    boolean current = need != null && !need.from.isEmpty();
    return !current && window.isRecent(segment.cluster().source(), object);
  }
}
