package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Retention;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which backups stay. Backups are newer or older by their ids, which only ever grow; their
 * days, and what lies in the window, go by the clock of the host that took them. Used once, by one
 * thread.
 */
final class Fates {
  private final History history;
  private final Request request;
  private final Chains chains;
  private final Keeping keeping;
  private final List<KnownBackup> counted;
  private final Map<String, String> clusters = new HashMap<>();
  private final List<Buckets> buckets;

  Fates(History history, Request request) {
    this.history = history;
    this.request = request;
    chains = new Chains(history.backups());
    keeping = new Keeping(chains);
    counted =
        history.backups().stream()
            .filter(each -> chains.restorable(each) && !each.startedAt().isAfter(request.asOf()))
            .sorted(Comparator.comparing(KnownBackup::id).reversed())
            .toList();
    Retention policy = request.policy();
    buckets =
        List.of(
            Buckets.daily(policy.daily(), counted, request.zone()),
            Buckets.weekly(policy.weekly(), counted, request.zone()),
            Buckets.monthly(policy.monthly(), counted, request.zone()));
  }

  /**
   * What was decided.
   *
   * @param keeping what stays, and why
   * @param chains what builds on what
   * @param window what restores to any instant need; empty if nothing can be restored, and so
   *     nothing expires
   * @param buckets days, weeks and months
   */
  record Decided(Keeping keeping, Chains chains, Optional<Window> window, List<Buckets> buckets) {}

  Decided decide() {
    keepSpecial();
    if (counted.isEmpty()) {
      history.backups().forEach(each -> keeping.keep(each, "nothing newer can be restored"));
      return new Decided(keeping, chains, Optional.empty(), buckets);
    }
    counted.forEach(this::noteClusters);
    keeping.keep(counted.get(0), "newest usable");
    counted.stream()
        .filter(each -> each.full() && ofTheNewestClusters(each))
        .limit(request.policy().minimum())
        .forEach(each -> keeping.keep(each, "minimum " + request.policy().minimum()));
    buckets.forEach(each -> each.keep(keeping));
    keepProven();
    Window window = Window.of(windowBegin(), counted, keeping, new Branches(history.objects()));
    window.bases().forEach(base -> keeping.keep(base, "window since " + window.label()));
    keepIncrementals();
    keepDamaged();
    return new Decided(keeping, chains, Optional.of(window), buckets);
  }

  /** What stays for a reason of its own, usable or not. */
  private void keepSpecial() {
    Instant asOf = request.asOf();
    keepAll(history.notes().pins(), "pinned");
    keepAll(history.notes().holds(request.now()), "being read");
    keepAll(history.busy(), "in use by a run");
    for (KnownBackup backup : history.backups()) {
      if (backup.startedAt().isAfter(request.now())) {
        keeping.keep(backup, "dated after now");
      } else if (backup.startedAt().isAfter(asOf)) {
        keeping.keep(backup, "newer than the plan");
      } else if (request.approved().isPresent()
          && !request.approved().get().contains(backup.id())) {
        keeping.keep(backup, "not in the plan");
      }
    }
  }

  private void keepAll(Collection<BackupId> ids, String reason) {
    ids.forEach(id -> chains.find(id).ifPresent(each -> keeping.keep(each, reason)));
  }

  /** Remembers the newest cluster of each source. */
  private void noteClusters(KnownBackup backup) {
    wal(backup).forEach(each -> clusters.putIfAbsent(each.source(), each.systemId()));
  }

  private boolean ofTheNewestClusters(KnownBackup backup) {
    return wal(backup).stream()
        .allMatch(each -> each.systemId().equals(clusters.get(each.source())));
  }

  static List<Position.Wal> wal(KnownBackup backup) {
    return backup.positions().stream()
        .filter(Position.Wal.class::isInstance)
        .map(Position.Wal.class::cast)
        .toList();
  }

  /** A proof dated after now is not believed to be the last one, and not disbelieved either. */
  private void keepProven() {
    Set<BackupId> eligible = new HashSet<>();
    counted.forEach(each -> eligible.add(each.id()));
    for (Instant until : List.of(request.asOf(), Instant.MAX)) {
      history
          .notes()
          .lastProven(until, eligible::contains)
          .flatMap(chains::find)
          .ifPresent(each -> keeping.keep(each, "last proven restorable"));
    }
  }

  /** Without a window of its own, the policy's finest rule says how far back it goes. */
  private Instant windowBegin() {
    Instant newest = earlier(request.asOf(), counted.get(0).startedAt());
    return request
        .policy()
        .window()
        .map(
            window ->
                Instant.EPOCH.plus(window).isAfter(newest) ? Instant.EPOCH : newest.minus(window))
        .orElseGet(
            () -> finest().stream().map(KnownBackup::from).reduce(Fates::earlier).orElse(newest));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** What stands for days, or where none are kept for weeks, or else for months. */
  private List<KnownBackup> finest() {
    return buckets.stream()
        .map(Buckets::representatives)
        .filter(each -> !each.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  private void keepIncrementals() {
    List<KnownBackup> stay =
        counted.stream().filter(each -> !each.full()).filter(this::stays).toList();
    stay.forEach(
        each ->
            keeping.keep(each, "incremental of " + Buckets.day(each.startedAt(), request.zone())));
  }

  private boolean stays(KnownBackup incremental) {
    boolean day =
        buckets.get(0).last().containsKey(Buckets.day(incremental.startedAt(), request.zone()));
    return day && chains.root(incremental).filter(keeping::kept).isPresent();
  }

  /**
   * Another destination may have what is damaged here; so it stays until it would be old anyway.
   */
  private void keepDamaged() {
    Instant oldest =
        finest().stream()
            .map(KnownBackup::startedAt)
            .min(Comparator.naturalOrder())
            .orElse(Instant.MIN);
    Optional<BackupId> first =
        finest().stream().map(KnownBackup::id).min(Comparator.naturalOrder());
    for (KnownBackup backup : history.backups()) {
      boolean old =
          backup.startedAt().isBefore(oldest)
              && first.filter(id -> backup.id().compareTo(id) < 0).isPresent();
      if (!chains.restorable(backup) && !old) {
        keeping.keep(backup, "damaged, but may be healed");
      }
    }
  }
}
