package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.core.retention.Segment.Cluster;
import io.tradingengine.backup.spi.ObjectInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where timelines branched off, by the first segment of each. A restore to the past begins a
 * timeline at a position that newer backups of the old one have passed already: they cannot follow
 * it, and an older one must stay that can. Immutable.
 */
final class Branches {
  private final Map<Cluster, Map<Long, Segment>> firsts = new HashMap<>();

  Branches(List<ObjectInfo> objects) {
    for (ObjectInfo object : objects) {
      Segment.of(object.key())
          .ifPresent(
              each ->
                  firsts
                      .computeIfAbsent(each.cluster(), cluster -> new HashMap<>())
                      .merge(each.timeline(), each, Branches::first));
    }
  }

  private static Segment first(Segment one, Segment other) {
    return Comparator.comparingLong(Segment::log)
                .thenComparingLong(Segment::number)
                .compare(one, other)
            <= 0
        ? one
        : other;
  }

  /**
   * The full backups from before each branch that a base of the window has passed.
   *
   * @param fulls full backups, the newest first
   */
  List<KnownBackup> before(KnownBackup base, List<KnownBackup> fulls) {
    List<KnownBackup> needed = new ArrayList<>();
    for (Position.Wal at : Fates.wal(base)) {
      Cluster cluster = new Cluster(at.source(), at.systemId());
      for (Segment branch : firsts.getOrDefault(cluster, Map.of()).values()) {
        if (branch.timeline() > at.timeline() && !reaches(at, branch)) {
          fulls.stream()
              .filter(each -> position(each, cluster).filter(p -> reaches(p, branch)).isPresent())
              .findFirst()
              .ifPresent(needed::add);
        }
      }
    }
    return needed;
  }

  private static Optional<Position.Wal> position(KnownBackup backup, Cluster cluster) {
    return Fates.wal(backup).stream()
        .filter(each -> new Cluster(each.source(), each.systemId()).equals(cluster))
        .findFirst();
  }

  /** Whether a backup was consistent before a branch, so that it can be followed onto it. */
  private static boolean reaches(Position.Wal at, Segment branch) {
    return at.timeline() < branch.timeline()
        && branch.index(at.segmentSize()).filter(index -> at.lastSegment() < index).isPresent();
  }
}
