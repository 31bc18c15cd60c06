package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.catalog.NotesSnapshot;
import io.tradingengine.backup.spi.ObjectInfo;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What there is in one destination, in any order. Immutable.
 *
 * @param destination its name
 * @param backups all that are published, damaged ones too, each once; folders without a manifest
 *     are none
 * @param notes its notes
 * @param busy backups that a run at work reads, writes or builds on
 * @param objects what lies below {@code wal/}, {@code changes/} and {@code points/}
 */
public record History(
    String destination,
    List<KnownBackup> backups,
    NotesSnapshot notes,
    Set<BackupId> busy,
    List<ObjectInfo> objects) {

  public History {
    Objects.requireNonNull(destination, "destination");
    Objects.requireNonNull(notes, "notes");
    backups = backups.stream().sorted(Comparator.comparing(KnownBackup::id)).toList();
    busy = Set.copyOf(busy);
    objects = objects.stream().sorted(Comparator.comparing(ObjectInfo::key)).toList();
    Set<BackupId> ids = new HashSet<>();
    for (KnownBackup backup : backups) {
      if (!ids.add(backup.id())) {
        throw new IllegalArgumentException(backup.id() + " is there twice");
      }
    }
  }
}
