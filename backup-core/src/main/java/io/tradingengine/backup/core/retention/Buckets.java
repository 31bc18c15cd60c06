package io.tradingengine.backup.core.retention;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Days, ISO weeks or months, and which backup stands for each.
 *
 * @param label such as {@code daily}
 * @param count how many of the last ones are kept
 * @param last the last ones that have a usable backup, the newest first, and what stands for each
 */
record Buckets(String label, int count, Map<String, KnownBackup> last) {

  /** Begins a division of time in a zone. */
  static Buckets daily(int count, Collection<KnownBackup> backups, ZoneId zone) {
    return of("daily", count, backups, at -> day(at, zone));
  }

  static Buckets weekly(int count, Collection<KnownBackup> backups, ZoneId zone) {
    return of("weekly", count, backups, at -> week(at, zone));
  }

  static Buckets monthly(int count, Collection<KnownBackup> backups, ZoneId zone) {
    return of("monthly", count, backups, at -> YearMonth.from(at.atZone(zone)).toString());
  }

  /** The day that an instant lies in, such as {@code 2024-01-15}. */
  static String day(Instant at, ZoneId zone) {
    return LocalDate.ofInstant(at, zone).toString();
  }

  private static String week(Instant at, ZoneId zone) {
    LocalDate date = LocalDate.ofInstant(at, zone);
    return String.format(
        Locale.ROOT,
        "%04d-W%02d",
        date.get(IsoFields.WEEK_BASED_YEAR),
        date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
  }

  /** Names sort as time runs: years have four digits. */
  private static Buckets of(
      String label, int count, Collection<KnownBackup> backups, Function<Instant, String> name) {
    TreeMap<String, KnownBackup> all = new TreeMap<>(Collections.reverseOrder());
    if (count > 0) {
      for (KnownBackup backup : backups) {
        all.merge(name.apply(backup.startedAt()), backup, Buckets::better);
      }
    }
    TreeMap<String, KnownBackup> last = new TreeMap<>(Collections.reverseOrder());
    all.entrySet().stream().limit(count).forEach(e -> last.put(e.getKey(), e.getValue()));
    return new Buckets(label, count, Collections.unmodifiableMap(last));
  }

  /** The one that stands for the bucket of both: the newest full one, or else the newest. */
  private static KnownBackup better(KnownBackup one, KnownBackup other) {
    if (one.full() != other.full()) {
      return one.full() ? one : other;
    }
    return one.id().compareTo(other.id()) > 0 ? one : other;
  }

  /** What stands for the buckets, the newest first. */
  List<KnownBackup> representatives() {
    return List.copyOf(last.values());
  }

  /** Keeps what stands for each bucket. */
  void keep(Keeping keeping) {
    last.forEach((name, backup) -> keeping.keep(backup, label + " " + name));
  }

  /** What stands for a kept bucket. */
  KnownBackup of(String name) {
    return Objects.requireNonNull(last.get(name), name);
  }
}
