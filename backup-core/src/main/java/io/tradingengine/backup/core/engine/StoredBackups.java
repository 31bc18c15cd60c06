package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.catalog.Catalog;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.catalog.Notes;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The backups of all destinations as one: each once, read from the nearest that has it. What one
 * destination lacks or cannot give comes from the next. Thread-safe.
 */
final class StoredBackups {
  private final String system;
  private final Targets targets;

  StoredBackups(String system, Targets targets) {
    this.system = system;
    this.targets = targets;
  }

  /**
   * A backup and where it can be read.
   *
   * @param manifest what it holds
   * @param earlier the manifests that it builds on, the full backup's first; empty for a full one
   * @param targets every destination, the nearest first
   */
  record StoredBackup(Manifest manifest, List<Manifest> earlier, List<Target> targets) {

    StoredBackup {
      earlier = List.copyOf(earlier);
      targets = List.copyOf(targets);
    }
  }

  /**
   * What listing the destinations came to.
   *
   * @param backups the finished backups, oldest first, each once
   * @param findings an error for each manifest that is not what was written, and each destination
   *     that cannot be read
   */
  record Listing(List<BackupMetadata> backups, List<Finding> findings) {}

  /**
   * Lists all destinations.
   *
   * @throws BackupException if none can be read
   */
  Listing list() {
    Map<BackupId, Manifest> manifests = new TreeMap<>();
    Map<BackupId, List<String>> where = new LinkedHashMap<>();
    Set<BackupId> pinned = new TreeSet<>();
    List<Finding> findings = new ArrayList<>();
    List<BackupException> failures = new ArrayList<>();
    for (Target target : targets.nearestFirst()) {
      try {
        Catalog.Listing listing = target.catalog().list();
        for (Manifest manifest : listing.backups()) {
          manifests.putIfAbsent(manifest.id(), manifest);
          where.computeIfAbsent(manifest.id(), id -> new ArrayList<>()).add(target.name());
        }
        pinned.addAll(new Notes(target.destination()).read().pins());
        findings.addAll(listing.damaged());
      } catch (IOException | BackupException e) {
        failures.add(unreadable(target, e, findings));
      }
    }
    requireSome(failures);
    List<BackupMetadata> backups =
        manifests.values().stream()
            .map(
                manifest ->
                    manifest.metadata(
                        where.getOrDefault(manifest.id(), List.of()),
                        pinned.contains(manifest.id())))
            .toList();
    return new Listing(backups, List.copyOf(findings));
  }

  private static BackupException unreadable(Target target, Exception e, List<Finding> findings) {
    rethrowInterruption(e);
    BackupException failure = e instanceof BackupException refusal ? refusal : target.unreadable(e);
    findings.add(
        Finding.error(
            target.name(), "cannot be read: " + Messages.of(e), failure.hint().orElse("")));
    return failure;
  }

  private static void rethrowInterruption(Exception e) {
    RunRegistry.throwInterruption(e);
  }

  private void requireSome(List<BackupException> failures) {
    if (failures.size() == targets.all().size()) {
      BackupException first = failures.get(0);
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }

  /** What is known of one backup. */
  BackupMetadata show(BackupId id) {
    Manifest manifest = find(id);
    return list().backups().stream()
        .filter(each -> each.backupId().equals(id))
        .findFirst()
        .orElseGet(() -> manifest.metadata(List.of(), false));
  }

  /**
   * A backup, its manifest read from the nearest destination where that is whole.
   *
   * @throws IntegrityException if it is whole nowhere
   * @throws BackupException if no destination has it, naming those there are
   */
  Manifest find(BackupId id) {
    List<BackupException> failures = new ArrayList<>();
    for (Target target : targets.nearestFirst()) {
      try {
        Optional<Manifest> manifest = target.catalog().find(id);
        if (manifest.isPresent()) {
          return manifest.get();
        }
      } catch (BackupException e) {
        rethrowInterruption(e);
        failures.add(e);
      } catch (IOException e) {
        rethrowInterruption(e);
        failures.add(target.unreadable(e));
      }
    }
    throw notFound(id, failures);
  }

  /**
   * A backup with all that it builds on.
   *
   * @throws BackupException if it, or anything that it builds on, is missing or damaged everywhere
   */
  StoredBackup whole(BackupId id) {
    return whole(id, new HashMap<>());
  }

  /**
   * The same, for somebody who looks at one after another.
   *
   * @param known manifests that were read before; takes those that are read now
   */
  StoredBackup whole(BackupId id, Map<BackupId, Manifest> known) {
    Manifest manifest = known.computeIfAbsent(id, this::find);
    ArrayDeque<Manifest> earlier = new ArrayDeque<>();
    Manifest link = manifest;
    while (link.parent().isPresent()) {
      BackupId parent = link.parent().get();
      try {
        link = known.computeIfAbsent(parent, this::find);
      } catch (BackupException e) {
        rethrowInterruption(e);
        throw broken(link.id(), parent, e);
      }
      earlier.addFirst(link);
    }
    return new StoredBackup(manifest, List.copyOf(earlier), targets.nearestFirst());
  }

  private BackupException broken(BackupId link, BackupId parent, BackupException cause) {
    Optional<BackupId> other =
        newestFirst(new ArrayList<>()).stream()
            .filter(each -> each.compareTo(parent) < 0 && restorable(each))
            .findFirst();
    return new BackupException(
        link + " builds on " + parent + ", which cannot be read: " + Messages.of(cause),
        other
            .map(each -> each + " is the newest before it that can be restored")
            .orElse("bring its manifest back from another copy of the repository"),
        cause);
  }

  /** Whether the manifests of a backup and of all that it builds on can be read. */
  private boolean restorable(BackupId id) {
    try {
      Manifest link = find(id);
      while (link.parent().isPresent()) {
        link = find(link.parent().get());
      }
      return true;
    } catch (BackupException e) {
      rethrowInterruption(e);
      return false;
    }
  }

  private BackupException notFound(BackupId id, List<BackupException> failures) {
    if (!failures.isEmpty()) {
      BackupException first = failures.get(0);
      failures.stream().skip(1).forEach(first::addSuppressed);
      return first;
    }
    NavigableSet<BackupId> ids = new TreeSet<>(ids(new ArrayList<>()));
    return new BackupException(
        "There is no backup " + id,
        ids.isEmpty()
            ? "the repository has none"
            : "the newest is " + ids.last() + ", list names them all",
        null);
  }

  /**
   * The newest backup, even if it is damaged: silently taking an older one would lose what was
   * written since.
   *
   * @param findings takes a warning for each destination that cannot be read, and may hold a newer
   *     one
   * @throws BackupException if there is none, or it is damaged everywhere
   */
  StoredBackup newest(List<Finding> findings) {
    NavigableSet<BackupId> ids = ids(findings);
    if (ids.isEmpty()) {
      throw new BackupException(
          "There is no backup of '" + system + "'",
          "check the configured destinations: "
              + targets.all().stream().map(Target::name).collect(Collectors.joining(", "))
              + (findings.isEmpty()
                  ? ": their repositories are empty"
                  : ": some cannot be read, the others are empty"),
          null);
    }
    return whole(ids.last());
  }

  /**
   * All backups, the newest first.
   *
   * @param findings takes a warning for each destination that cannot be read
   */
  List<BackupId> newestFirst(List<Finding> findings) {
    return List.copyOf(ids(findings).descendingSet());
  }

  private NavigableSet<BackupId> ids(List<Finding> findings) {
    TreeSet<BackupId> ids = new TreeSet<>();
    List<BackupException> failures = new ArrayList<>();
    for (Target target : targets.nearestFirst()) {
      try {
        target.catalog().repository();
        ids.addAll(target.catalog().ids());
      } catch (IOException | BackupException e) {
        rethrowInterruption(e);
        failures.add(e instanceof BackupException refusal ? refusal : target.unreadable(e));
        findings.add(
            Finding.warning(
                target.name(),
                "cannot be read, and may hold a newer backup: " + Messages.of(e),
                "make it reachable and plan again, or name the backup to restore"));
      }
    }
    requireSome(failures);
    return ids;
  }
}
