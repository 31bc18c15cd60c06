package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** What is there of a cluster's log, by the names of pieces and the files of the spool. */
final class WalProgress {
  private final int segmentSize;
  private final TreeMap<Long, NavigableSet<Long>> whole = new TreeMap<>();

  /** The last segment of each timeline of which there is a part. */
  private final NavigableMap<Long, Long> begun = new TreeMap<>();

  private final Map<String, NavigableMap<Long, Long>> slices = new HashMap<>();
  private final NavigableSet<Long> histories = new TreeSet<>();

  private WalProgress(int segmentSize) {
    this.segmentSize = segmentSize;
  }

  /** Reads names and files. */
  static WalProgress of(
      String system, int segmentSize, Collection<String> names, List<WalSpool.SpoolFile> files) {
    WalProgress progress = new WalProgress(segmentSize);
    for (String name : names) {
      WalName.parse(name).filter(each -> each.system().equals(system)).ifPresent(progress::add);
    }
    for (WalSpool.SpoolFile file : files) {
      if (file.kind() == WalSpool.Kind.WHOLE) {
        progress.addWhole(file.timeline(), file.segment());
      } else {
        progress.begun(file.timeline(), file.segment());
      }
    }
    return progress;
  }

  private void add(WalName name) {
    if (name.piece() instanceof WalName.Whole piece) {
      addWhole(name.timeline(), piece.segment());
    } else if (name.piece() instanceof WalName.Slice slice) {
      begun(name.timeline(), slice.segment());
      slices
          .computeIfAbsent(slice.segment(), segment -> new TreeMap<>())
          .merge(slice.from(), slice.to(), Math::max);
    } else {
      histories.add(name.timeline());
    }
  }

  private void begun(long timeline, String segment) {
    begun.merge(timeline, WalSegments.number(segment, segmentSize), Math::max);
  }

  private void addWhole(long timeline, String segment) {
    whole
        .computeIfAbsent(timeline, each -> new TreeSet<>())
        .add(WalSegments.number(segment, segmentSize));
  }

  /** Where the log goes on: a timeline, and the begin of a segment. */
  record Next(long timeline, Lsn start) {}

  /**
   * Where the log goes on: after the last whole segment, or in one that was begun; empty if new.
   */
  Optional<Next> next() {
    if (whole.isEmpty() && begun.isEmpty()) {
      return Optional.empty();
    }
    long timeline =
        Math.max(whole.isEmpty() ? 0 : whole.lastKey(), begun.isEmpty() ? 0 : begun.lastKey());
    NavigableSet<Long> known = whole.getOrDefault(timeline, new TreeSet<>());
    long afterWhole = known.isEmpty() ? 0 : known.last() + 1;
    long number = Math.max(afterWhole, begun.getOrDefault(timeline, 0L));
    return Optional.of(new Next(timeline, WalSegments.start(number, segmentSize)));
  }

  /** How many bytes of a segment are stored from its begin on, in slices. */
  long sliced(String segment) {
    long covered = 0;
    NavigableMap<Long, Long> known = slices.getOrDefault(segment, new TreeMap<>());
    for (Map.Entry<Long, Long> slice : known.entrySet()) {
      if (slice.getKey() > covered) {
        break;
      }
      covered = Math.max(covered, slice.getValue());
    }
    return covered;
  }

  boolean hasHistory(long timeline) {
    return histories.contains(timeline);
  }
}
