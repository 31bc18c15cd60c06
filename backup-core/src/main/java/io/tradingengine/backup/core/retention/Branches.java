package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.core.retention.Segment.Cluster;
import io.tradingengine.backup.spi.ObjectInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * Where timelines branched off, as far as their archived segments tell: a timeline begins where its
 * first segment does, and came from one whose segments reach that far. A restore to the past begins
 * one at a position that newer backups have passed already. They cannot be followed there, and an
 * older one must stay that can. Immutable.
 */
final class Branches {
  private final Map<Cluster, Map<Long, Segment>> firsts = new HashMap<>();
  private final Map<Cluster, Map<Long, Segment>> lasts = new HashMap<>();

  Branches(List<ObjectInfo> objects) {
    for (ObjectInfo object : objects) {
      Segment.of(object.key())
          .ifPresent(
              each -> {
                add(firsts, each, (one, other) -> one.compareTo(other) <= 0 ? one : other);
                add(lasts, each, (one, other) -> one.compareTo(other) >= 0 ? one : other);
              });
    }
  }

  private static void add(
      Map<Cluster, Map<Long, Segment>> map, Segment segment, BinaryOperator<Segment> choice) {
    map.computeIfAbsent(segment.cluster(), cluster -> new TreeMap<>())
        .merge(segment.timeline(), segment, choice);
  }

  /**
   * The backups with which restores onto the timelines that come after a base's may begin.
   *
   * @param counted the backups that can be restored, the newest first
   */
  Set<KnownBackup> before(KnownBackup base, List<KnownBackup> counted) {
    Set<KnownBackup> needed = new LinkedHashSet<>();
    for (Position.Wal at : Fates.wal(base)) {
      Search search = new Search(new Cluster(at.source(), at.systemId()), at, counted);
      for (Segment branch : firsts.getOrDefault(search.cluster, Map.of()).values()) {
        if (branch.timeline() > at.timeline()) {
          search.lookBefore(branch);
        }
      }
      needed.addAll(search.needed);
    }
    return needed;
  }

  /** Looks on every timeline that may be a branch's parent, and on that one's parents in turn. */
  private final class Search {
    private final Cluster cluster;
    private final Position.Wal base;
    private final List<KnownBackup> counted;
    private final Set<Segment> seen = new HashSet<>();
    private final Set<KnownBackup> needed = new LinkedHashSet<>();

    private Search(Cluster cluster, Position.Wal base, List<KnownBackup> counted) {
      this.cluster = cluster;
      this.base = base;
      this.counted = counted;
    }

    private void lookBefore(Segment branch) {
      if (!seen.add(branch)) {
        return;
      }
      for (Segment end : lasts.getOrDefault(cluster, Map.of()).values()) {
        boolean parent =
            end.timeline() < branch.timeline() && comesUpTo(end, branch, base.segmentSize());
        boolean follows = end.timeline() == base.timeline() && isBefore(base, branch);
        if (parent && !follows) {
          newest(end.timeline(), branch).ifPresentOrElse(needed::add, () -> lookBefore(first(end)));
        }
      }
    }

    private Segment first(Segment end) {
      return firsts.getOrDefault(cluster, Map.of()).getOrDefault(end.timeline(), end);
    }

    /** The newest backup of a timeline that can be followed to a branch off that timeline. */
    private Optional<KnownBackup> newest(long timeline, Segment branch) {
      return counted.stream()
          .filter(
              each ->
                  Fates.wal(each).stream()
                      .filter(at -> new Cluster(at.source(), at.systemId()).equals(cluster))
                      .filter(at -> at.timeline() == timeline)
                      .anyMatch(at -> isBefore(at, branch)))
          .findFirst();
    }
  }

  /** A timeline's last segment may not have been archived, as it was not complete. */
  private static boolean comesUpTo(Segment end, Segment branch, int segmentSize) {
    Optional<Long> first = branch.index(segmentSize);
    return end.index(segmentSize)
        .filter(last -> first.isPresent() && last + 1 >= first.get())
        .isPresent();
  }

  /** Whether a backup was consistent before a branch. */
  private static boolean isBefore(Position.Wal at, Segment branch) {
    return branch.index(at.segmentSize()).filter(index -> at.lastSegment() < index).isPresent();
  }
}
