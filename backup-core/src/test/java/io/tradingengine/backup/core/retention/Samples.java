package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.ExpiryPlan.Decision;
import io.tradingengine.backup.ExpiryPlan.Fate;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.Retention;
import io.tradingengine.backup.core.catalog.NotesSnapshot;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A history that a test writes down line by line. */
final class Samples {
  static final int SEGMENT = 16 << 20;

  final List<KnownBackup> backups = new ArrayList<>();
  final List<ObjectInfo> notes = new ArrayList<>();
  final List<ObjectInfo> objects = new ArrayList<>();
  final Set<BackupId> busy = new HashSet<>();

  static BackupId id(String at) {
    return new BackupId(BackupKind.FULL, Instant.parse(at));
  }

  /** A full backup; returns its id. */
  BackupId full(String at, Position... positions) {
    return add(id(at), Instant.parse(at), Optional.empty(), positions);
  }

  BackupId incremental(String at, BackupId parent, Position... positions) {
    return add(id(at), Instant.parse(at), Optional.of(parent), positions);
  }

  /** A backup whose id and whose clock do not agree. */
  BackupId add(BackupId id, Instant startedAt, Optional<BackupId> parent, Position... positions) {
    backups.add(new KnownBackup(id, startedAt, startedAt, parent, 1000, true, List.of(positions)));
    return id;
  }

  /** One full backup a day at that time of day. */
  List<BackupId> days(String firstDay, int count, String time) {
    List<BackupId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(full(Instant.parse(firstDay + "T" + time + "Z").plusSeconds(i * 86_400L).toString()));
    }
    return ids;
  }

  void damage(BackupId id) {
    backups.replaceAll(each -> each.id().equals(id) ? each.damaged() : each);
  }

  void remove(BackupId id) {
    backups.removeIf(each -> each.id().equals(id));
  }

  void note(String name) {
    notes.add(new ObjectInfo(new ObjectKey("notes/" + name), 100, Instant.EPOCH));
  }

  void object(String key, String modified) {
    objects.add(new ObjectInfo(new ObjectKey(key), 10, Instant.parse(modified)));
  }

  static Position.Wal wal(String systemId, long timeline, long firstSegment, long lastSegment) {
    return new Position.Wal(
        "postgres",
        systemId,
        timeline,
        new Lsn(firstSegment * SEGMENT + 40),
        new Lsn(lastSegment * SEGMENT + 300),
        SEGMENT);
  }

  /** The key of a segment by its number; the digest of what is in it stands in the name. */
  static String segment(String systemId, long timeline, long number) {
    return "wal/postgres/%s/%08X/%08X%08X%08X.%032x.zst.gpg"
        .formatted(systemId, timeline, timeline, number / 256, number % 256, number * 31);
  }

  /** Stores a version of the source {@code config}; returns its key. */
  String version(String series, long number, String at) {
    String key =
        "changes/config/%s/%d-%s.tree.zst.gpg".formatted(series, number, at.replaceAll("\\D", ""));
    object(key, "2020-01-01T00:00:00Z"); // The destination's clock means nothing here.
    return key;
  }

  History history() {
    return new History("local:/backups", backups, new NotesSnapshot(notes), busy, objects);
  }

  RetentionPlan plan(Retention policy, String now) {
    return plan(policy, now, ZoneOffset.UTC);
  }

  RetentionPlan plan(Retention policy, String now, ZoneId zone) {
    return new RetentionPlanner(policy, zone).plan(history(), Instant.parse(now));
  }

  static List<BackupId> kept(RetentionPlan plan) {
    return plan.summary().backups().stream()
        .filter(each -> each.fate() == Fate.KEEP)
        .map(Decision::backup)
        .toList();
  }

  static List<BackupId> expired(RetentionPlan plan) {
    return plan.summary().expired().stream().map(Decision::backup).toList();
  }

  static List<String> reasons(RetentionPlan plan, BackupId id) {
    return plan.summary().backups().stream()
        .filter(each -> each.backup().equals(id))
        .findFirst()
        .orElseThrow()
        .reasons();
  }

  /** The keys of all objects outside of backups that go. */
  static List<String> gone(RetentionPlan plan) {
    return plan.groups().stream()
        .flatMap(group -> group.objects().stream())
        .map(object -> object.key().value())
        .toList();
  }
}
