package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What stays, and why; with each backup stays what it builds on. Used by one thread. */
final class Keeping {
  private final Chains chains;
  private final Map<BackupId, Set<String>> reasons = new HashMap<>();
  private final Set<BackupId> builtOn = new HashSet<>();

  Keeping(Chains chains) {
    this.chains = chains;
  }

  void keep(KnownBackup backup, String reason) {
    add(backup, reason);
    KnownBackup child = backup;
    Optional<KnownBackup> parent = chains.parent(child);
    while (parent.isPresent() && builtOn.add(parent.get().id())) {
      add(parent.get(), child.id() + " builds on it");
      child = parent.get();
      parent = chains.parent(child);
    }
  }

  private void add(KnownBackup backup, String reason) {
    reasons.computeIfAbsent(backup.id(), id -> new LinkedHashSet<>()).add(reason);
  }

  boolean kept(KnownBackup backup) {
    return reasons.containsKey(backup.id());
  }

  /** Why a backup stays; empty if it does not. */
  List<String> reasons(KnownBackup backup) {
    return List.copyOf(reasons.getOrDefault(backup.id(), Set.of()));
  }
}
