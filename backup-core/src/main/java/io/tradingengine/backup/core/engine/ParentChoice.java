package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.Manifest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;

/**
 * Picks what an incremental backup builds on: the newest backup that is whole, with all that it
 * builds on itself, in every required destination. Used once, under the leases of all of these.
 */
final class ParentChoice {
  private final List<Target> targets;
  private final Duration fullEvery;
  private final Map<BackupId, String> problems = new HashMap<>();
  private final Map<BackupId, List<Target>> lacking = new HashMap<>();
  private final Inventory inventory;

  /**
   * Looks at what there is.
   *
   * @param targets the destinations that the backup goes to
   * @throws IOException if one cannot be read
   */
  ParentChoice(List<Target> targets, Duration fullEvery) throws IOException {
    this.targets = targets;
    this.fullEvery = fullEvery;
    this.inventory = Inventory.of(targets);
  }

  Basis choose(Instant now) throws IOException {
    NavigableSet<BackupId> ids = inventory.ids();
    if (ids.isEmpty()) {
      return new Basis.Nothing("there is no backup yet to build on", Basis.Cause.DUE);
    }
    for (BackupId id : ids.descendingSet()) {
      if (problem(id).isEmpty()) {
        return on(id, ids.last(), now);
      }
    }
    return new Basis.Nothing(ids.last() + " " + problem(ids.last()), Basis.Cause.BROKEN);
  }

  private Basis on(BackupId id, BackupId newest, Instant now) {
    List<Finding> findings = new ArrayList<>();
    if (!id.equals(newest)) {
      findings.add(
          Finding.warning(
              newest.toString(),
              problems.get(newest) + ", so this backup builds on " + id,
              "replicate mends what another destination has whole"));
    }
    Manifest manifest = manifest(id).orElseThrow();
    Manifest root = manifest;
    addLacking(root, findings);
    while (root.parent().isPresent()) {
      root = root.parent().flatMap(this::manifest).orElseThrow();
      addLacking(root, findings);
    }
    if (root.run().startedAt().isBefore(now.minus(fullEvery))) {
      return new Basis.Nothing(
          root.id() + " is older than " + days(fullEvery) + ", so a new chain begins",
          Basis.Cause.DUE);
    }
    return new Basis.On(manifest, findings);
  }

  private void addLacking(Manifest link, List<Finding> findings) {
    for (Target target : lacking.getOrDefault(link.id(), List.of())) {
      findings.add(
          Finding.warning(
              target.name(),
              "does not have all of " + link.id() + ", which this backup builds on",
              "replicate brings it there"));
    }
  }

  private static String days(Duration duration) {
    long hours = duration.toHours();
    return hours > 0 && hours % 24 == 0 ? hours / 24 + " days" : duration.toString();
  }

  private Optional<Manifest> manifest(BackupId id) {
    return inventory.manifest(id).map(Inventory.Candidate::manifest);
  }

  /** Why nothing can build on a backup; empty if it is whole. */
  private String problem(BackupId id) throws IOException {
    String known = problems.get(id);
    if (known == null) {
      known = findProblem(id);
      problems.put(id, known);
    }
    return known;
  }

  private String findProblem(BackupId id) throws IOException {
    Optional<Inventory.Candidate> candidate = inventory.manifest(id);
    if (candidate.isEmpty()) {
      return "has no manifest that can be read";
    }
    Manifest manifest = candidate.get().manifest();
    for (Target target : targets) {
      boolean whole =
          inventory.has(target, candidate.get()) && target.catalog().lacking(manifest).isEmpty();
      if (!whole) {
        if (target.required()) {
          return "is not whole in " + target.name();
        }
        lacking.computeIfAbsent(id, each -> new ArrayList<>()).add(target);
      }
    }
    if (lacking.getOrDefault(id, List.of()).size() == targets.size()) {
      return "is whole nowhere";
    }
    if (manifest.parent().isEmpty()) {
      return "";
    }
    BackupId parent = manifest.parent().get();
    if (!inventory.ids().contains(parent)) {
      return "builds on " + parent + ", which is missing";
    }
    String above = problem(parent);
    return above.isEmpty() ? "" : "builds on " + parent + ", which " + above;
  }
}
