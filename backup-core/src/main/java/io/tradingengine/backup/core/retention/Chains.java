package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which backup builds on which. Used by one thread. */
final class Chains {
  /**
   * What is known of a backup's chain.
   *
   * @param root the full backup that it begins with; empty if it is broken
   * @param depth how many of the backups that it builds on are there
   * @param problem why it cannot be restored; empty if it can
   */
  private record Link(Optional<KnownBackup> root, int depth, String problem) {}

  private final Map<BackupId, KnownBackup> backups = new LinkedHashMap<>();
  private final Map<BackupId, Link> links = new HashMap<>();

  Chains(Collection<KnownBackup> all) {
    all.forEach(each -> backups.put(each.id(), each));
    all.forEach(this::follow);
  }

  /** Follows the chain up to what is known, and comes back down. */
  private void follow(KnownBackup backup) {
    Deque<KnownBackup> open = new ArrayDeque<>();
    Set<BackupId> seen = new LinkedHashSet<>();
    @Nullable KnownBackup each = backup;
    while (each != null && !links.containsKey(each.id()) && seen.add(each.id())) {
      open.push(each);
      each = each.parent().map(backups::get).orElse(null);
    }
    for (KnownBackup next : open) {
      links.put(next.id(), link(next));
    }
  }

  private Link link(KnownBackup backup) {
    if (backup.full()) {
      return new Link(Optional.of(backup), 0, backup.usable() ? "" : "is damaged");
    }
    BackupId parent = backup.parent().orElseThrow();
    Link above = links.get(parent);
    if (above == null) {
      boolean circle = backups.containsKey(parent);
      String problem = circle ? "builds on itself" : "builds on " + parent + ", which is missing";
      return new Link(Optional.empty(), 0, problem);
    }
    String problem = "";
    if (!above.problem.isEmpty()) {
      problem = "builds on " + parent + ", which " + above.problem;
    }
    return new Link(above.root, above.depth + 1, backup.usable() ? problem : "is damaged");
  }

  /** Why a backup cannot be restored; empty if it can. */
  String problem(KnownBackup backup) {
    return link(backup.id()).problem;
  }

  boolean restorable(KnownBackup backup) {
    return problem(backup).isEmpty();
  }

  /** The full backup that it builds on, or itself. */
  Optional<KnownBackup> root(KnownBackup backup) {
    return link(backup.id()).root;
  }

  /** How many backups it builds on. */
  int depth(BackupId id) {
    return link(id).depth;
  }

  /** The backup that it builds on, if it is there. */
  Optional<KnownBackup> parent(KnownBackup backup) {
    return backup.parent().map(backups::get);
  }

  /** A backup by its name, if it is there. */
  Optional<KnownBackup> find(BackupId id) {
    return Optional.ofNullable(backups.get(id));
  }

  private Link link(BackupId id) {
    Link link = links.get(id);
    if (link == null) {
      throw new IllegalArgumentException(id + " is not there");
    }
    return link;
  }
}
