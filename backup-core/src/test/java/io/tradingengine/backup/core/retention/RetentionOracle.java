package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Retention;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What has to stay, found by asking each backup alone; slow, and written without the planner. */
final class RetentionOracle {
  private final History history;
  private final Retention policy;
  private final ZoneId zone;
  private final Instant now;
  private final Map<BackupId, KnownBackup> all;
  private final List<KnownBackup> counted;
  private final Set<BackupId> countedIds;

  RetentionOracle(History history, Retention policy, ZoneId zone, Instant now) {
    this.history = history;
    this.policy = policy;
    this.zone = zone;
    this.now = now;
    all = history.backups().stream().collect(Collectors.toMap(KnownBackup::id, each -> each));
    counted =
        history.backups().stream()
            .filter(each -> restorable(each) && !each.startedAt().isAfter(now))
            .toList();
    countedIds = counted.stream().map(KnownBackup::id).collect(Collectors.toSet());
  }

  private boolean restorable(KnownBackup backup) {
    if (!backup.usable()) {
      return false;
    }
    return backup.parent().isEmpty()
        || (all.containsKey(backup.parent().get()) && restorable(all.get(backup.parent().get())));
  }

  private boolean counts(KnownBackup backup) {
    return countedIds.contains(backup.id());
  }

  private LocalDate day(KnownBackup backup) {
    return backup.startedAt().atZone(zone).toLocalDate();
  }

  private static LocalDate week(LocalDate day) {
    return day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
  }

  private static boolean newer(KnownBackup one, KnownBackup other) {
    return one.id().compareTo(other.id()) > 0;
  }

  /** Whether a backup stands for its day, week or month, and that is one of the last ones. */
  private boolean represents(KnownBackup backup, int count, Function<LocalDate, LocalDate> part) {
    LocalDate mine = part.apply(day(backup));
    Set<LocalDate> later = new HashSet<>();
    if (!counts(backup)) {
      return false;
    }
    for (KnownBackup other : counted) {
      if (part.apply(day(other)).isAfter(mine)) {
        later.add(part.apply(day(other)));
      }
      boolean better = backup.full() == other.full() ? newer(other, backup) : other.full();
      if (part.apply(day(other)).equals(mine) && better) {
        return false;
      }
    }
    return later.size() < count;
  }

  private boolean isDaily(KnownBackup backup) {
    return represents(backup, policy.daily(), day -> day);
  }

  /** The backups that must not be removed. */
  Set<BackupId> needed() {
    Set<BackupId> needed = new HashSet<>();
    for (KnownBackup backup : history.backups()) {
      if (counted.isEmpty() || needed(backup)) {
        needed.add(backup.id());
      }
    }
    for (boolean more = true; more; ) {
      more = false;
      for (KnownBackup backup : history.backups()) {
        Optional<BackupId> parent = backup.parent().filter(all::containsKey);
        if (needed.contains(backup.id()) && parent.isPresent()) {
          more |= needed.add(parent.get());
        }
      }
    }
    return needed;
  }

  private boolean needed(KnownBackup backup) {
    return backup.startedAt().isAfter(now)
        || history.notes().pins().contains(backup.id())
        || history.notes().holds(now).contains(backup.id())
        || history.busy().contains(backup.id())
        || isDaily(backup)
        || represents(backup, policy.weekly(), RetentionOracle::week)
        || represents(backup, policy.monthly(), day -> day.withDayOfMonth(1))
        || isAmongTheNewest(backup)
        || isLastProven(backup)
        || isWindowBase(backup)
        || (!restorable(backup) && isYoung(backup));
  }

  private List<KnownBackup> newerOnes(KnownBackup backup) {
    return counted.stream().filter(each -> newer(each, backup)).toList();
  }

  private boolean isAmongTheNewest(KnownBackup backup) {
    List<KnownBackup> newer = newerOnes(backup);
    boolean sameCluster =
        newer.stream()
            .flatMap(each -> Fates.wal(each).stream())
            .map(Position.Wal::systemId)
            .allMatch(
                id ->
                    Fates.wal(backup).isEmpty() || Fates.wal(backup).get(0).systemId().equals(id));
    long fulls = newer.stream().filter(KnownBackup::full).count();
    return counts(backup)
        && (newer.isEmpty() || (backup.full() && sameCluster && fulls < policy.minimum()));
  }

  private boolean isLastProven(KnownBackup backup) {
    Map<BackupId, Instant> proven = history.notes().proven();
    return counts(backup)
        && proven.containsKey(backup.id())
        && proven.entrySet().stream()
            .filter(each -> all.containsKey(each.getKey()) && counts(all.get(each.getKey())))
            .noneMatch(each -> each.getValue().isAfter(proven.get(backup.id())));
  }

  /** The newest full one from before the window begins. */
  private boolean isWindowBase(KnownBackup backup) {
    Instant newest =
        counted.stream()
            .reduce((one, other) -> newer(one, other) ? one : other)
            .map(KnownBackup::startedAt)
            .orElse(now);
    Instant begin = policy.window().map(newest::minus).or(this::oldestDaily).orElse(Instant.MIN);
    return counts(backup)
        && backup.full()
        && !backup.startedAt().isAfter(begin)
        && newerOnes(backup).stream()
            .noneMatch(each -> each.full() && !each.startedAt().isAfter(begin));
  }

  private Optional<Instant> oldestDaily() {
    return counted.stream()
        .filter(this::isDaily)
        .map(KnownBackup::startedAt) // equal to when they were finished, in these histories
        .min(Instant::compareTo);
  }

  private boolean isYoung(KnownBackup backup) {
    return oldestDaily().filter(oldest -> !backup.startedAt().isBefore(oldest)).isPresent();
  }
}
