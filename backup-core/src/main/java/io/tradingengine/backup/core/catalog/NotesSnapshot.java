package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.catalog.NoteName.Kind;
import io.tradingengine.backup.spi.ObjectInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The notes of a destination at one moment. Names that this version does not know are passed over.
 * Immutable.
 */
public final class NotesSnapshot {
  private record Entry(NoteName name, ObjectInfo object) {}

  private final List<Entry> entries;

  /**
   * The notes that a listing shows.
   *
   * @param objects what lies below {@code notes/}; others are passed over
   */
  public NotesSnapshot(List<ObjectInfo> objects) {
    List<Entry> known = new ArrayList<>();
    for (ObjectInfo object : objects) {
      NoteName.of(object.key()).ifPresent(name -> known.add(new Entry(name, object)));
    }
    entries = List.copyOf(known);
  }

  /** The backups that are kept whatever the policy says. */
  public Set<BackupId> pins() {
    return backups(name -> name.kind() == Kind.PINS);
  }

  /** The backups that were restored or drilled, and when they last were. */
  public Map<BackupId, Instant> proven() {
    Map<BackupId, Instant> newest = new TreeMap<>();
    for (Entry entry : entries) {
      if (entry.name.kind() == Kind.PROVEN) {
        newest.merge(entry.name.backup(), entry.name.instant(), (a, b) -> a.isAfter(b) ? a : b);
      }
    }
    return newest;
  }

  /** The backups that somebody reads. */
  public Set<BackupId> holds(Instant now) {
    return backups(name -> name.kind() == Kind.HOLDS && name.instant().isAfter(now));
  }

  /** The backups that are being removed. */
  public Set<BackupId> marked() {
    return backups(name -> name.kind() == Kind.EXPIRED);
  }

  /** The notes of holds that have ended. */
  public List<ObjectInfo> ended(Instant now) {
    return objects(name -> name.kind() == Kind.HOLDS && !name.instant().isAfter(now));
  }

  /** The proofs, by the backup that they are about. */
  public Map<BackupId, List<ObjectInfo>> proofs() {
    return entries.stream()
        .filter(entry -> entry.name.kind() == Kind.PROVEN)
        .collect(
            Collectors.groupingBy(
                entry -> entry.name.backup(),
                TreeMap::new,
                Collectors.mapping(Entry::object, Collectors.toList())));
  }

  /**
   * The backup that was proven last, by a proof that is not dated after {@code asOf}.
   *
   * @param eligible which backups count
   */
  public Optional<BackupId> lastProven(Instant asOf, Predicate<BackupId> eligible) {
    return entries.stream()
        .map(Entry::name)
        .filter(name -> name.kind() == Kind.PROVEN && eligible.test(name.backup()))
        .filter(name -> !name.instant().isAfter(asOf))
        .max(Comparator.comparing(NoteName::instant).thenComparing(NoteName::backup))
        .map(NoteName::backup);
  }

  private Set<BackupId> backups(Predicate<NoteName> filter) {
    return entries.stream()
        .map(Entry::name)
        .filter(filter)
        .map(NoteName::backup)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private List<ObjectInfo> objects(Predicate<NoteName> filter) {
    return entries.stream().filter(entry -> filter.test(entry.name)).map(Entry::object).toList();
  }
}
