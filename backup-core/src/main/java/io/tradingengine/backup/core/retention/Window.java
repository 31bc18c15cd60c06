package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.spi.ObjectInfo;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The last while, to any instant of which a restore can go, and the backups with which such
 * restores begin. Immutable.
 */
final class Window {
  private static final Duration SKEW = Duration.ofDays(1);

  private final Instant begin;
  private final KnownBackup base;
  private final Map<String, KnownBackup> bySource;
  private final Set<KnownBackup> bases;

  private Window(
      Instant begin, KnownBackup base, Map<String, KnownBackup> bySource, Set<KnownBackup> bases) {
    this.begin = begin;
    this.base = base;
    this.bySource = bySource;
    this.bases = bases;
  }

  /**
   * Finds the backups that the window needs.
   *
   * @param counted the backups that can be restored, the newest first
   * @param keeping what stays without a window
   */
  static Window of(Instant begin, List<KnownBackup> counted, Keeping keeping, Branches branches) {
    KnownBackup base = base(counted, begin);
    Set<KnownBackup> bases = new LinkedHashSet<>(List.of(base));
    Map<String, KnownBackup> bySource = new HashMap<>();
    List<KnownBackup> alive =
        counted.stream().filter(each -> keeping.kept(each) && !isBefore(each, base)).toList();
    for (String source : sources(alive, base)) {
      List<KnownBackup> having =
          counted.stream().filter(each -> sources(List.of(each)).contains(source)).toList();
      KnownBackup first = base(having, begin);
      bySource.put(source, first);
      bases.add(first);
      bases.addAll(laterStreams(source, having, first));
    }
    for (KnownBackup each : List.copyOf(bases)) {
      bases.addAll(branches.before(each, counted));
    }
    return new Window(begin, base, Map.copyOf(bySource), bases);
  }

  /** The newest full one at or before an instant, or if there is none the oldest of all. */
  private static KnownBackup base(List<KnownBackup> backups, Instant begin) {
    return backups.stream()
        .filter(each -> each.full() && !each.from().isAfter(begin))
        .findFirst()
        .orElse(backups.get(backups.size() - 1));
  }

  private static boolean isBefore(KnownBackup one, KnownBackup other) {
    return one.id().compareTo(other.id()) < 0;
  }

  private static Set<String> sources(Collection<KnownBackup> backups, KnownBackup... more) {
    Set<String> names = new HashSet<>();
    backups.forEach(each -> each.positions().forEach(position -> names.add(position.source())));
    List.of(more).forEach(each -> each.positions().forEach(p -> names.add(p.source())));
    return names;
  }

  /**
   * The oldest backup of each cluster and stream that came after what the window begins with: no
   * earlier one can be followed there.
   */
  private static Collection<KnownBackup> laterStreams(
      String source, List<KnownBackup> counted, KnownBackup first) {
    Map<String, KnownBackup> oldest = new HashMap<>();
    for (KnownBackup backup : counted) {
      if (isBefore(first, backup)) {
        streams(backup, source).forEach(id -> oldest.put(id, backup));
      }
    }
    streams(first, source).forEach(oldest::remove);
    return oldest.values();
  }

  private static Set<String> streams(KnownBackup backup, String source) {
    return backup.positions().stream()
        .filter(each -> each.source().equals(source))
        .flatMap(each -> each.stream().stream())
        .collect(Collectors.toSet());
  }

  /** When it begins, as people are told. */
  String label() {
    return begin.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** The backups that have to stay for it, oldest first. */
  List<KnownBackup> bases() {
    List<KnownBackup> sorted = new ArrayList<>(bases);
    sorted.sort(Comparator.comparing(KnownBackup::id));
    return sorted;
  }

  /** The full backup that restores of a source begin with; empty if it is not backed up now. */
  Optional<KnownBackup> base(String source) {
    return Optional.ofNullable(bySource.get(source));
  }

  /** Recovery points that end before this are of use to nobody. */
  Instant floor() {
    return floor(base);
  }

  private Instant floor(KnownBackup first) {
    return first.startedAt().isBefore(begin) ? first.startedAt() : begin;
  }

  /**
   * Whether an object of a source was put when the window had begun, or not long before: the
   * destination's clock may differ from the host's. All that there is to tell by where no backup
   * knows the stream that the object belongs to.
   */
  boolean isRecent(String source, ObjectInfo object) {
    Instant floor = floor(base(source).orElse(base));
    return !object.modified().isBefore(floor.minus(SKEW));
  }

  /** Of the backups that stay, those that restores of a source within the window may begin with. */
  List<KnownBackup> within(String source, List<KnownBackup> kept) {
    return base(source)
        .map(
            first ->
                kept.stream()
                    .filter(each -> !isBefore(each, first) || bases.contains(each))
                    .toList())
        .orElse(List.of());
  }
}
