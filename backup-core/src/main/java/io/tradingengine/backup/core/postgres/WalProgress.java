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
      }
    }
    return progress;
  }

  private void add(WalName name) {
    if (name.piece() instanceof WalName.Whole piece) {
      addWhole(name.timeline(), piece.segment());
    } else if (name.piece() instanceof WalName.Slice slice) {
      slices
          .computeIfAbsent(slice.segment(), segment -> new TreeMap<>())
          .merge(slice.from(), slice.to(), Math::max);
    } else {
      histories.add(name.timeline());
    }
  }

  private void addWhole(long timeline, String segment) {
    whole
        .computeIfAbsent(timeline, each -> new TreeSet<>())
        .add(WalSegments.number(segment, segmentSize));
  }

  /** Where the log goes on: a timeline, and the begin of the segment after its last whole one. */
  record Next(long timeline, Lsn start) {}

  /** Where the log goes on; empty if there is none. */
  Optional<Next> next() {
    return Optional.ofNullable(whole.lastEntry())
        .map(
            last ->
                new Next(
                    last.getKey(), WalSegments.start(last.getValue().last() + 1, segmentSize)));
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
