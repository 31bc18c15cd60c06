package io.tradingengine.backup.core.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The archived log of one cluster, by the names of its pieces. */
final class WalInventory {
  private final Map<String, List<String>> whole = new HashMap<>();
  private final Map<String, NavigableMap<Long, Slice>> slices = new HashMap<>();
  private final Map<Long, List<String>> histories = new TreeMap<>();

  private record Slice(String name, long to) {}

  WalInventory(String system, Collection<String> names) {
    for (String name : names) {
      WalName.parse(name)
          .filter(each -> each.system().equals(system))
          .ifPresent(each -> add(name, each));
    }
  }

  private void add(String name, WalName what) {
    if (what.piece() instanceof WalName.Whole piece) {
      whole.computeIfAbsent(piece.segment(), each -> new ArrayList<>()).add(name);
    } else if (what.piece() instanceof WalName.Slice piece) {
      slices
          .computeIfAbsent(piece.segment(), each -> new TreeMap<>())
          .merge(
              piece.from(),
              new Slice(name, piece.to()),
              (one, other) -> one.to() >= other.to() ? one : other);
    } else {
      histories.computeIfAbsent(what.timeline(), each -> new ArrayList<>()).add(name);
    }
  }

  /** The pieces of a whole segment: one, unless somebody stored different ones. */
  List<String> whole(String segment) {
    return whole.getOrDefault(segment, List.of());
  }

  /**
   * What covers a segment from its begin on.
   *
   * @param pieces the pieces, in order
   * @param length how far they go without a gap
   */
  record Cover(List<String> pieces, long length) {}

  /** The slices that cover a segment from its begin on, as far as they do. */
  Cover slices(String segment) {
    NavigableMap<Long, Slice> known = slices.getOrDefault(segment, new TreeMap<>());
    List<String> pieces = new ArrayList<>();
    long covered = 0;
    while (true) {
      // Of all that begin in what is covered, the one that goes furthest.
      Optional<Slice> best =
          known.headMap(covered, true).values().stream()
              .max((one, other) -> Long.compare(one.to(), other.to()));
      if (best.isEmpty() || best.get().to() <= covered) {
        return new Cover(pieces, covered);
      }
      pieces.add(best.get().name());
      covered = best.get().to();
    }
  }

  /**
   * Whether there is anything on the way after a segment.
   *
   * @param number the segment's number
   */
  boolean goesOnAfter(Timelines way, long number, int segmentSize) {
    return Stream.concat(whole.keySet().stream(), slices.keySet().stream())
        .anyMatch(
            segment -> {
              long other = WalSegments.number(segment, segmentSize);
              return other > number
                  && segment.startsWith(WalSegments.timeline(way.forSegment(other, segmentSize)));
            });
  }

  /** The histories by timeline; of two different ones for a timeline, both. */
  Map<Long, List<String>> histories() {
    return histories;
  }
}
