package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryPlan.Decision;
import io.tradingengine.backup.ExpiryPlan.Fate;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ObjectInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Puts a plan together. Used once, by one thread. */
final class Planning {
  private static final String PROVEN = RepositoryLayout.NOTES + "proven/";
  private static final String HOLDS = RepositoryLayout.NOTES + "holds/";

  private final History history;
  private final Request request;
  private final Fates.Decided decided;
  private final List<KnownBackup> kept;
  private final List<KnownBackup> expired;

  Planning(History history, Request request) {
    this.history = history;
    this.request = request;
    decided = new Fates(history, request).decide();
    kept = history.backups().stream().filter(decided.keeping()::kept).toList();
    expired = history.backups().stream().filter(each -> !decided.keeping().kept(each)).toList();
  }

  RetentionPlan plan() {
    return plan(prefix -> true);
  }

  /**
   * The plan.
   *
   * @param prefixes which groups of objects may go
   */
  RetentionPlan plan(Predicate<String> prefixes) {
    List<RetentionPlan.Group> groups =
        groups().stream().filter(group -> prefixes.test(group.prefix())).toList();
    List<BackupId> unfinished = unfinished();
    ExpiryPlan.DestinationPlan summary =
        new ExpiryPlan.DestinationPlan(
            history.destination(),
            request.policy().toString(),
            history.backups().stream().map(this::decision).toList(),
            groups.stream().map(RetentionPlan.Group::removal).toList(),
            findings(unfinished));
    return new RetentionPlan(
        summary, request.now(), doomed(), unfinished, marked(decided.keeping()::kept), groups);
  }

  private Decision decision(KnownBackup backup) {
    List<String> reasons = decided.keeping().reasons(backup);
    return reasons.isEmpty()
        ? new Decision(backup.id(), Fate.EXPIRE, List.of(whyNot(backup)), backup.size())
        : new Decision(backup.id(), Fate.KEEP, reasons, backup.size());
  }

  private String whyNot(KnownBackup backup) {
    Chains chains = decided.chains();
    if (!chains.restorable(backup)) {
      return chains.problem(backup) + ", and is older than all that is kept day by day";
    }
    Optional<KnownBackup> root = chains.root(backup).filter(each -> !each.equals(backup));
    if (root.isPresent() && !decided.keeping().kept(root.get())) {
      return "builds on " + root.get().id() + ", which expires";
    }
    String day = Buckets.day(backup.startedAt(), request.zone());
    KnownBackup other = decided.buckets().get(0).last().get(day);
    return other != null
        ? other.id() + " stands for " + day
        : "policy keeps nothing of its day, week or month (" + request.policy() + ")";
  }

  /** Children go before their parents. */
  private List<RetentionPlan.Doomed> doomed() {
    Map<BackupId, List<ObjectInfo>> proofs = history.notes().proofs();
    return expired.stream()
        .sorted(
            Comparator.comparing((KnownBackup each) -> -decided.chains().depth(each.id()))
                .thenComparing(KnownBackup::id))
        .map(
            each ->
                new RetentionPlan.Doomed(
                    each.id(),
                    each.parent(),
                    whyNot(each),
                    proofs.getOrDefault(each.id(), List.of())))
        .toList();
  }

  /** Backups that are marked and no longer published: their removal was begun. */
  private List<BackupId> unfinished() {
    return history.notes().marked().stream()
        .filter(id -> decided.chains().find(id).isEmpty() && !history.busy().contains(id))
        .toList();
  }

  private List<BackupId> marked(Predicate<KnownBackup> filter) {
    Set<BackupId> marked = history.notes().marked();
    return history.backups().stream()
        .filter(each -> marked.contains(each.id()) && filter.test(each))
        .map(KnownBackup::id)
        .toList();
  }

  private List<RetentionPlan.Group> groups() {
    if (decided.window().isEmpty()) {
      return List.of();
    }
    List<RetentionPlan.Group> groups =
        new ArrayList<>(Unneeded.of(history.objects(), decided.window().get(), kept));
    add(groups, HOLDS, "whoever read it is long done", history.notes().ended(request.now()));
    List<ObjectInfo> orphans =
        history.notes().proofs().entrySet().stream()
            .filter(each -> decided.chains().find(each.getKey()).isEmpty())
            .filter(each -> !history.busy().contains(each.getKey()))
            .flatMap(each -> each.getValue().stream())
            .toList();
    add(groups, PROVEN, "the backup is gone", orphans);
    return groups;
  }

  private static void add(
      List<RetentionPlan.Group> groups, String prefix, String reason, List<ObjectInfo> objects) {
    if (!objects.isEmpty()) {
      groups.add(new RetentionPlan.Group(prefix, reason, objects));
    }
  }

  private List<Finding> findings(List<BackupId> unfinished) {
    List<Finding> findings = new ArrayList<>();
    List<KnownBackup> future =
        kept.stream().filter(each -> each.startedAt().isAfter(request.now())).toList();
    if (!future.isEmpty()) {
      findings.add(
          Finding.warning(
              history.destination(),
              future.size()
                  + " backups, such as "
                  + future.get(0).id()
                  + ", are dated after now ("
                  + request.now()
                  + "); they stay and count for nothing",
              "see whether the clock of this host is right, and that of the host that took them"));
    }
    if (decided.window().isEmpty() && !history.backups().isEmpty()) {
      findings.add(
          Finding.warning(
              history.destination(),
              "holds no backup that can be restored and is dated before now; nothing expires",
              "take a full backup, or replicate from a destination that has one"));
    }
    for (KnownBackup backup : history.backups()) {
      if (!decided.chains().restorable(backup)) {
        findings.add(damage(backup));
      }
    }
    unfinished.forEach(
        id ->
            findings.add(
                Finding.info(id.toString(), "is half removed already; the rest goes as well")));
    return findings;
  }

  private Finding damage(KnownBackup backup) {
    String problem = decided.chains().problem(backup);
    return decided.keeping().kept(backup)
        ? Finding.warning(
            backup.id().toString(),
            problem + "; it counts for nothing",
            "replicate heals it, if another destination has it whole")
        : Finding.warning(backup.id().toString(), problem + "; it expires", "");
  }
}
