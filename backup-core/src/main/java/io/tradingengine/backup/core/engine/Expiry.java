package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Retention;
import io.tradingengine.backup.core.catalog.Catalog;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.catalog.Notes;
import io.tradingengine.backup.core.catalog.NotesSnapshot;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.core.retention.Expirer;
import io.tradingengine.backup.core.retention.History;
import io.tradingengine.backup.core.retention.KnownBackup;
import io.tradingengine.backup.core.retention.RetentionPlan;
import io.tradingengine.backup.core.retention.RetentionPlanner;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Applies each destination's retention policy to what it holds. Thread-safe. */
final class Expiry {
  private final BackupConfig config;
  private final Targets targets;

  Expiry(BackupConfig config, Targets targets) {
    this.config = config;
    this.targets = targets;
  }

  /** What would be removed now. */
  ExpiryPlan plan() {
    Instant now = config.clock().instant();
    List<ExpiryPlan.DestinationPlan> plans = new ArrayList<>();
    for (Target target : withPolicy()) {
      try {
        plans.add(planner(target).orElseThrow().plan(history(target), now).summary());
      } catch (IOException | BackupException e) {
        plans.add(unreadable(target, e));
      }
    }
    return new ExpiryPlan(now, plans);
  }

  /** It stops no other destination's expiry. */
  private ExpiryPlan.DestinationPlan unreadable(Target target, Exception reason) {
    RunRegistry.throwInterruption(reason);
    return new ExpiryPlan.DestinationPlan(
        target.name(),
        target.options().retention().or(config::retention).orElseThrow().toString(),
        List.of(),
        List.of(),
        List.of(unreachable(target, reason)));
  }

  private List<Target> withPolicy() {
    List<Target> some =
        targets.all().stream().filter(target -> planner(target).isPresent()).toList();
    if (some.isEmpty()) {
      throw new BackupException(
          "No destination has a retention policy: nothing ever expires",
          "add the section 'retention', such as {daily: 7, weekly: 4, monthly: 12}",
          null);
    }
    return some;
  }

  private Optional<RetentionPlanner> planner(Target target) {
    Optional<Retention> policy = target.options().retention().or(config::retention);
    return policy.map(each -> new RetentionPlanner(each, config.zone()));
  }

  /** Removes what is in the plan and would still be planned. */
  ExpiryReport execute(ExpiryPlan plan) {
    List<ExpiryReport.DestinationOutcome> outcomes = new ArrayList<>();
    Map<Target, String> named = new HashMap<>();
    for (ExpiryPlan.DestinationPlan each : plan.destinations()) {
      targets
          .named(List.of(each.destination()))
          .forEach(target -> named.put(target, each.destination()));
    }
    try (WriteAccess access = WriteAccess.take(targets.all(), "expiry of " + config.name())) {
      for (Target target : targets.all()) {
        if (named.containsKey(target)) {
          outcomes.add(execute(target, plan, access));
        }
      }
    } catch (IOException e) {
      throw new BackupException("The expiry failed: " + Messages.of(e), e);
    }
    return new ExpiryReport(outcomes);
  }

  private ExpiryReport.DestinationOutcome execute(
      Target target, ExpiryPlan plan, WriteAccess access) throws IOException {
    Exception absent = access.absent().get(target);
    if (absent != null) {
      return nothing(target, unreachable(target, absent));
    }
    try {
      RetentionPlan anew =
          planner(target).orElseThrow().plan(history(target), config.clock().instant(), plan);
      return new Expirer(target.destination(), access.lease(target)::confirm).execute(anew);
    } catch (IOException | BackupException e) {
      RunRegistry.rethrowInterruption(e);
      return nothing(target, unreachable(target, e));
    }
  }

  private static Finding unreachable(Target target, Exception reason) {
    return Finding.warning(
        target.name(),
        "keeps what it still has: " + Messages.of(reason),
        "mend that; the next run removes what is due");
  }

  private static ExpiryReport.DestinationOutcome nothing(Target target, Finding finding) {
    return new ExpiryReport.DestinationOutcome(target.name(), List.of(), 0, 0, List.of(finding));
  }

  private static History history(Target target) throws IOException {
    Catalog.Listing listing = target.catalog().list();
    List<KnownBackup> backups = new ArrayList<>();
    Set<BackupId> readable = new HashSet<>();
    for (Manifest manifest : listing.backups()) {
      readable.add(manifest.id());
      KnownBackup backup = known(manifest);
      backups.add(target.catalog().lacking(manifest).isEmpty() ? backup : backup.damaged());
    }
    for (BackupId id : target.catalog().ids()) {
      if (!readable.contains(id)) {
        long size = target.catalog().lengths(id).values().stream().mapToLong(Long::longValue).sum();
        backups.add(KnownBackup.unreadable(id, size));
      }
    }
    NotesSnapshot notes = new Notes(target.destination()).read();
    return new History(target.name(), backups, notes, Set.of(), logs(target));
  }

  private static KnownBackup known(Manifest manifest) {
    BackupMetadata metadata = manifest.metadata(List.of(), false);
    return KnownBackup.of(metadata, manifest.parent());
  }

  /**
   * What a destination's policy would remove at once.
   *
   * @param backups backups
   * @param objects WAL, command streams and recovery points
   */
  record Unwanted(Set<BackupId> backups, Set<ObjectKey> objects) {}

  /**
   * What of all this a destination's policy would remove at once, if it had it: there is no use in
   * bringing it there.
   *
   * @param logs what any destination has of WAL, command streams and recovery points
   */
  Unwanted unwanted(Target target, List<Manifest> backups, List<ObjectInfo> logs)
      throws IOException {
    Unwanted unwanted = new Unwanted(new HashSet<>(), new HashSet<>());
    Optional<RetentionPlanner> planner = planner(target);
    if (planner.isPresent()) {
      NotesSnapshot notes = new Notes(target.destination()).read();
      List<KnownBackup> known = backups.stream().map(Expiry::known).toList();
      History history = new History(target.name(), known, notes, Set.of(), logs);
      RetentionPlan plan = planner.get().plan(history, config.clock().instant());
      plan.doomed().forEach(each -> unwanted.backups().add(each.id()));
      plan.groups().stream()
          .flatMap(group -> group.objects().stream())
          .forEach(object -> unwanted.objects().add(object.key()));
    }
    return unwanted;
  }

  /** What a destination has of WAL, command streams and recovery points. */
  static List<ObjectInfo> logs(Target target) throws IOException {
    List<ObjectInfo> logs = new ArrayList<>();
    for (String prefix :
        List.of(RepositoryLayout.WAL, RepositoryLayout.CHANGES, RepositoryLayout.POINTS)) {
      logs.addAll(target.destination().list(prefix));
    }
    return logs;
  }
}
