package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which backups build on which. Immutable. */
final class Chains {
  private final Map<BackupId, BackupMetadata> backups = new HashMap<>();
  private final Map<BackupId, List<BackupMetadata>> chains = new LinkedHashMap<>();

  /** The chains of these, which are given oldest first: none builds on a later one. */
  Chains(List<BackupMetadata> oldestFirst) {
    oldestFirst.forEach(each -> backups.put(each.backupId(), each));
    for (BackupMetadata each : oldestFirst) {
      BackupId first = path(each).get(0).backupId();
      chains.computeIfAbsent(first, id -> new ArrayList<>()).add(each);
    }
  }

  /**
   * Where a backup stands in its chain.
   *
   * @param full the full backup that the chain begins with
   * @param position how many backups its restore needs: 1 for the full one itself
   * @param length how many backups there are in the chain
   */
  record Place(BackupMetadata full, int position, int length) {}

  /** Where it stands; empty if something that it builds on is missing. */
  Optional<Place> place(BackupMetadata backup) {
    List<BackupMetadata> path = path(backup);
    BackupMetadata first = path.get(0);
    int length = chains.getOrDefault(first.backupId(), List.of()).size();
    return first.parent().isPresent()
        ? Optional.empty()
        : Optional.of(new Place(first, path.size(), Math.max(length, path.size())));
  }

  /** Whether it builds on a backup that is not there. */
  boolean lacksParent(BackupMetadata backup) {
    return backup.parent().isPresent() && parent(backup).isEmpty();
  }

  /** All that it builds on, as far as that is there, and last the backup itself. */
  List<BackupMetadata> path(BackupMetadata backup) {
    Deque<BackupMetadata> path = new ArrayDeque<>();
    for (Optional<BackupMetadata> link = Optional.of(backup);
        link.isPresent();
        link = parent(link.get())) {
      path.addFirst(link.get());
    }
    return List.copyOf(path);
  }

  private Optional<BackupMetadata> parent(BackupMetadata backup) {
    return backup.parent().flatMap(id -> Optional.ofNullable(backups.get(id)));
  }

  /**
   * Each chain, oldest first: a full backup and all that builds on it. One whose first backup is
   * incremental lacks what comes before.
   */
  Collection<List<BackupMetadata>> all() {
    return Collections.unmodifiableCollection(chains.values());
  }

  /** A warning for each backup whose parent is not there. */
  List<Finding> findings() {
    return chains.values().stream()
        .map(chain -> chain.get(0))
        .filter(this::lacksParent)
        .map(
            first ->
                Finding.warning(
                    first.backupId().toString(),
                    "builds on "
                        + first.parent().map(BackupId::toString).orElse("")
                        + ", which is missing; neither it nor what builds on it can be restored",
                    "replicate brings it back if another destination has it; else take a full"
                        + " backup"))
        .toList();
  }
}
