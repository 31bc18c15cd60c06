package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What retention has to know of a published backup. Immutable.
 *
 * @param id its name; a later backup of a repository has a later one, whatever the clock says
 * @param startedAt when it was begun by the clock of the host that took it
 * @param finishedAt when it was whole; a restore can go to no instant before that with it
 * @param parent the backup that an incremental one builds on; empty for a full one
 * @param size bytes that it takes up in the destination
 * @param usable whether it is whole there, as far as is known
 * @param positions where its sources' streams stood; several of one source for a cluster
 */
public record KnownBackup(
    BackupId id,
    Instant startedAt,
    Instant finishedAt,
    Optional<BackupId> parent,
    long size,
    boolean usable,
    List<Position> positions) {

  public KnownBackup {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(startedAt, "startedAt");
    Objects.requireNonNull(finishedAt, "finishedAt");
    Objects.requireNonNull(parent, "parent");
    positions = List.copyOf(positions);
  }

  /** A backup whose manifest could be read. */
  public static KnownBackup of(BackupMetadata metadata, Optional<BackupId> parent) {
    return new KnownBackup(
        metadata.backupId(),
        metadata.startedAt(),
        metadata.finishedAt(),
        parent,
        metadata.size(),
        true,
        metadata.sources().stream().flatMap(each -> Position.of(each).stream()).toList());
  }

  /** A backup of which nothing is known but that it is there: its manifest is damaged. */
  public static KnownBackup unreadable(BackupId id, long size) {
    return new KnownBackup(
        id, id.instant(), id.instant(), Optional.empty(), size, false, List.of());
  }

  /** This backup, of which objects are missing or damaged. */
  public KnownBackup damaged() {
    return new KnownBackup(id, startedAt, finishedAt, parent, size, false, positions);
  }

  /** The first instant that a restore with it can go to, whatever the clock did meanwhile. */
  Instant from() {
    return finishedAt.isAfter(startedAt) ? finishedAt : startedAt;
  }

  /** Whether it restores on its own. */
  boolean full() {
    return parent.isEmpty();
  }
}
