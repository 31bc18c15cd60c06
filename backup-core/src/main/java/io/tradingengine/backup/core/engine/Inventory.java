package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.catalog.SealedManifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Which backups there are in several destinations, and which of their manifests is the right one
 * where they differ. Read once; immutable from then on.
 */
final class Inventory {
  private final Map<BackupId, Map<Target, Candidate>> candidates = new HashMap<>();
  private final Map<BackupId, Manifest.Previous> links = new HashMap<>();

  /**
   * A manifest that is not damaged by all that can be seen of it alone.
   *
   * @param manifest what it says
   * @param sealed how it is stored
   */
  record Candidate(Manifest manifest, SealedManifest sealed) {}

  /**
   * Reads every manifest.
   *
   * @throws IOException if a destination cannot be read
   */
  static Inventory of(List<Target> targets) throws IOException {
    Inventory inventory = new Inventory();
    for (Target target : targets) {
      for (BackupId id : target.catalog().ids()) {
        inventory.read(target, id);
      }
    }
    return inventory;
  }

  private void read(Target target, BackupId id) throws IOException {
    Map<Target, Candidate> known = candidates.computeIfAbsent(id, each -> new LinkedHashMap<>());
    try {
      Optional<SealedManifest> sealed = target.catalog().sealed(id);
      if (sealed.isEmpty()) {
        return;
      }
      Manifest manifest = target.catalog().opened(sealed.get());
      known.put(target, new Candidate(manifest, sealed.get()));
      manifest.previous().ifPresent(link -> links.put(link.id(), link));
    } catch (IOException | IntegrityException e) {
      RunRegistry.rethrowInterruption(e);
      // Damaged here: another destination's is taken, and where there is none the backup has none.
    }
  }

  /** All backups that any destination has, oldest first, damaged ones too. */
  NavigableSet<BackupId> ids() {
    return new TreeSet<>(candidates.keySet());
  }

  /**
   * The manifest of a backup: the one that all undamaged copies agree on, or that the next manifest
   * names.
   *
   * @return empty if there is none, or nobody can tell which of several is right
   */
  Optional<Candidate> manifest(BackupId id) {
    List<Candidate> distinct = new ArrayList<>();
    for (Candidate candidate : candidates.getOrDefault(id, Map.of()).values()) {
      if (distinct.stream().noneMatch(each -> same(each, candidate))) {
        distinct.add(candidate);
      }
    }
    if (distinct.size() > 1) {
      distinct.removeIf(each -> !each.sealed().link().equals(links.get(id)));
    }
    return distinct.size() == 1 ? Optional.of(distinct.get(0)) : Optional.empty();
  }

  /** Whether a destination has exactly that manifest. */
  boolean has(Target target, Candidate right) {
    Candidate there = candidates.getOrDefault(right.manifest().id(), Map.of()).get(target);
    return there != null && same(there, right);
  }

  private static boolean same(Candidate one, Candidate other) {
    return one.sealed().link().equals(other.sealed().link());
  }

  /** The manifests of all backups that have one. */
  List<Manifest> manifests() {
    return ids().stream().flatMap(id -> manifest(id).stream()).map(Candidate::manifest).toList();
  }
}
