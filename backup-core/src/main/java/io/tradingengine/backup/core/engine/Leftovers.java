package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.spi.Lease;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Removes what killed runs have left, and nothing that may still be wanted: not what another
 * destination has whole, which replication completes, and where a lease can be lost, nothing that
 * is so young that a run which believes to hold it may still be at work.
 */
final class Leftovers {
  /** No run takes as long. */
  private static final Duration LONGEST_RUN = Duration.ofHours(24);

  private final WriteAccess access;
  private final Clock clock;

  Leftovers(WriteAccess access, Clock clock) {
    this.access = access;
    this.clock = clock;
  }

  /** Removes them from every destination; one that fails at it is absent from then on. */
  void remove() throws IOException {
    Map<Target, Set<BackupId>> published = published();
    for (Target target : access.targets()) {
      Set<BackupId> elsewhere = new HashSet<>();
      published.forEach(
          (other, ids) -> {
            if (!other.equals(target)) {
              elsewhere.addAll(ids);
            }
          });
      try {
        access.lease(target).confirm();
        target.catalog().sweepLeftovers(id -> elsewhere.contains(id) || spared(target, id));
      } catch (IOException e) {
        access.drop(target, e);
      }
    }
    access.requireAny();
  }

  private Map<Target, Set<BackupId>> published() throws IOException {
    Map<Target, Set<BackupId>> published = new HashMap<>();
    for (Target target : access.targets()) {
      try {
        published.put(target, new HashSet<>(target.catalog().ids()));
      } catch (IOException e) {
        access.drop(target, e);
      }
    }
    return published;
  }

  private boolean spared(Target target, BackupId id) throws IOException {
    if (!access.absent().isEmpty()) {
      return true; // One that cannot be asked may have it whole.
    }
    if (access.lease(target).strength() == Lease.Strength.EXCLUSIVE) {
      return false;
    }
    Instant young = clock.instant().minus(LONGEST_RUN);
    return id.instant().isAfter(young)
        || target.catalog().touched(id).filter(young::isBefore).isPresent();
  }
}
