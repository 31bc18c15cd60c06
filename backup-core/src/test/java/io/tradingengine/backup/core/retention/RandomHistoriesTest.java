package io.tradingengine.backup.core.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.Retention;
import io.tradingengine.backup.core.catalog.NotesSnapshot;
import io.tradingengine.backup.spi.ObjectInfo;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for any history, however odd. The seed in a failure's name makes it again. */
class RandomHistoriesTest {
  private static final int HISTORIES_A_BATCH = 60;
  private static final List<ZoneId> ZONES =
      List.of(
          ZoneId.of("UTC"),
          ZoneId.of("Europe/Berlin"),
          ZoneId.of("America/New_York"),
          ZoneId.of("Asia/Kolkata"),
          ZoneId.of("Pacific/Apia"));
  private static final List<String> EXCEPTIONS =
      List.of(
          "pinned",
          "being read",
          "in use",
          "dated after now",
          "damaged",
          "window since",
          "last proven",
          "full-"); // the last one is what builds on it

  private static final DateTimeFormatter VERSION_TIME =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmssSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  static IntStream batches() {
    return IntStream.range(0, 8);
  }

  /** A history with its policy and clock. */
  private static final class Case {
    private final Samples samples = new Samples();
    private final Retention policy;
    private final ZoneId zone;
    private final Instant now;
    private final String name;
    private Instant lastVersion = Instant.EPOCH;
    private String series = "";
    private long versionNumber;

    Case(int seed) {
      Random random = new Random(seed);
      zone = ZONES.get(random.nextInt(ZONES.size()));
      Retention some =
          Retention.daily(random.nextInt(8))
              .weekly(random.nextInt(5))
              .monthly(1 + random.nextInt(12))
              .minimum(1 + random.nextInt(4));
      policy =
          random.nextInt(3) == 0 ? some.window(Duration.ofHours(1 + random.nextInt(900))) : some;
      name = "seed " + seed + ", " + policy + " in " + zone;
      now = generate(random);
    }

    /** Makes backups as a clock with a will of its own would date them; returns its last word. */
    private Instant generate(Random random) {
      Instant real = Instant.parse("2011-12-20T00:00:00Z").plusSeconds(random.nextInt(400_000_000));
      Duration error = Duration.ZERO;
      Instant newest = Instant.EPOCH;
      long segment = 1;
      int cluster = 1;
      int timeline = 1;
      int count = random.nextInt(80);
      for (int i = 0; i < count; i++) {
        real = real.plusSeconds(600 + random.nextInt(random.nextInt(10) == 0 ? 3_000_000 : 90_000));
        if (random.nextInt(25) == 0) {
          error = Duration.ofHours(random.nextInt(3000) - 1500);
        } else if (random.nextInt(10) == 0) {
          error = Duration.ZERO;
        }
        if (random.nextInt(30) == 0) {
          cluster++;
          timeline = 1;
          segment = 1;
        } else if (random.nextInt(20) == 0) {
          timeline++;
        }
        segment += random.nextInt(4);
        Instant started = real.plus(error);
        newest = started.isAfter(newest) ? started : newest.plusSeconds(1);
        BackupId id = new BackupId(BackupKind.FULL, newest);
        newest = id.instant();
        samples.add(id, started, parent(random), positions(random, cluster, timeline, segment));
        if (random.nextInt(12) == 0) {
          samples.damage(id);
        }
        note(random, id, started);
        archive(random, cluster, timeline, segment, started);
      }
      if (random.nextInt(8) == 0) {
        return real.plus(Duration.ofHours(random.nextInt(20_000) - 10_000));
      }
      return real.plusSeconds(3600).plus(error);
    }

    private Optional<BackupId> parent(Random random) {
      if (samples.backups.isEmpty() || random.nextInt(3) == 0) {
        return Optional.empty();
      }
      if (random.nextInt(30) == 0) {
        return Optional.of(new BackupId(BackupKind.FULL, Instant.EPOCH)); // gone long ago
      }
      int back = 1 + random.nextInt(Math.min(3, samples.backups.size()));
      return Optional.of(samples.backups.get(samples.backups.size() - back).id());
    }

    private static Position[] positions(Random random, int cluster, int timeline, long segment) {
      List<Position> positions = new ArrayList<>();
      if (random.nextInt(8) > 0) {
        positions.add(
            new Position.Wal(
                "postgres",
                Integer.toString(cluster),
                timeline,
                new Lsn(segment * Samples.SEGMENT + 40),
                new Lsn((segment + random.nextInt(2)) * Samples.SEGMENT + 80),
                Samples.SEGMENT));
      } else if (random.nextInt(10) == 0) {
        positions.add(new Position.Unknown("postgres"));
      }
      if (random.nextInt(3) > 0) {
        positions.add(new Position.Commands("redis", "r" + cluster, segment * 100));
      }
      return positions.toArray(Position[]::new);
    }

    private void note(Random random, BackupId id, Instant at) {
      String instant = id.toString().substring(5);
      switch (random.nextInt(40)) {
        case 0 -> samples.note("pins/" + id);
        case 1, 2, 3 -> samples.note("proven/" + id + "/" + instant);
        case 4 -> samples.note("holds/" + id + "/t." + instant);
        case 5 -> samples.note("holds/" + id + "/t.29990101-000000");
        case 6 -> samples.busy.add(id);
        case 7 -> samples.note("expired/" + id);
        case 8 -> samples.note("proven/full-20010101-000000/" + instant);
        default -> {} // most have none
      }
      if (random.nextInt(5) == 0) {
        String day = instant.substring(0, 8);
        samples.object("points/" + day + "/" + instant + "-" + instant + ".jsonl", at.toString());
      }
    }

    private void archive(Random random, int cluster, int timeline, long segment, Instant at) {
      String systemId = Integer.toString(cluster);
      for (long number = Math.max(0, segment - 2); number <= segment + 1; number++) {
        String key = Samples.segment(systemId, timeline, number);
        if (samples.objects.stream().noneMatch(each -> each.key().value().equals(key))) {
          samples.object(key, at.toString());
        }
      }
      String slice =
          "changes/redis/r%d/%d-%d.cmd".formatted(cluster, segment * 100, segment * 100 + 99);
      if (samples.objects.stream().noneMatch(each -> each.key().value().equals(slice))) {
        samples.object(slice, at.toString());
      }
      version(random, at);
      if (random.nextInt(10) == 0) {
        samples.object(
            "wal/postgres/%s/%08X.history.%d".formatted(systemId, timeline, samples.objects.size()),
            at.toString());
      }
    }

    /** Instants of versions only grow, whatever the clock does. */
    private void version(Random random, Instant at) {
      Instant instant = at.isAfter(lastVersion) ? at : lastVersion.plusMillis(1);
      lastVersion = instant;
      String text = VERSION_TIME.format(instant);
      if (series.isEmpty() || random.nextInt(6) == 0) {
        series = "v%s-%08x".formatted(text, random.nextInt());
        versionNumber = 0;
      }
      samples.version(series, versionNumber++, text);
    }

    RetentionPlan plan() {
      return new RetentionPlanner(policy, zone).plan(samples.history(), now);
    }

    /** What is left when a plan was carried out. */
    History after(RetentionPlan plan) {
      Set<BackupId> gone =
          plan.doomed().stream().map(RetentionPlan.Doomed::id).collect(Collectors.toSet());
      Set<String> keys = new HashSet<>(Samples.gone(plan));
      plan.doomed().forEach(each -> each.notes().forEach(note -> keys.add(note.key().value())));
      plan.doomed().forEach(each -> keys.add("notes/expired/" + each.id()));
      plan.unfinished().forEach(each -> keys.add("notes/expired/" + each));
      plan.unmark().forEach(each -> keys.add("notes/expired/" + each));
      return new History(
          "local:/backups",
          samples.backups.stream().filter(each -> !gone.contains(each.id())).toList(),
          new NotesSnapshot(without(samples.notes, keys)),
          samples.busy,
          without(samples.objects, keys));
    }

    private static List<ObjectInfo> without(List<ObjectInfo> objects, Set<String> keys) {
      return objects.stream().filter(each -> !keys.contains(each.key().value())).toList();
    }
  }

  @ParameterizedTest(name = "batch {0}")
  @MethodSource("batches")
  void theRulesHoldForAnyHistory(int batch) {
    for (int i = 0; i < HISTORIES_A_BATCH; i++) {
      Case one = new Case(batch * HISTORIES_A_BATCH + i);
      RetentionPlan plan = one.plan();
      nothingNeededExpires(one, plan);
      whatStaysIsBounded(one, plan);
      aSecondPlanIsEmpty(one, plan);
      theOrderOfInputsDoesNotMatter(one, plan);
      whatAKeptBackupNeedsStays(one, plan);
      versionsAreWholeAndTheNewestStays(one, plan);
    }
  }

  private static void versionsAreWholeAndTheNewestStays(Case one, RetentionPlan plan) {
    Set<String> gone = new HashSet<>(Samples.gone(plan));
    List<String> all =
        one.samples.objects.stream()
            .map(each -> each.key().value())
            .filter(key -> key.startsWith("changes/config/"))
            .sorted(Comparator.comparing(key -> key.substring(key.lastIndexOf('-'))))
            .toList();
    List<String> kept = all.stream().filter(key -> !gone.contains(key)).toList();
    if (!all.isEmpty()) {
      assertThat(kept).as(one.name).contains(all.get(all.size() - 1));
    }
    for (String key : kept) {
      String series = key.substring(0, key.lastIndexOf('/') + 1);
      assertThat(kept).as(one.name).anyMatch(other -> other.startsWith(series + "0-"));
    }
    // Whatever was current later than one that stays, stays.
    List<String> later = all.stream().filter(key -> !key.contains("/0-")).toList();
    int first = 0;
    while (first < later.size() && gone.contains(later.get(first))) {
      first++;
    }
    assertThat(later.subList(first, later.size())).as(one.name).noneMatch(gone::contains);
  }

  private static void nothingNeededExpires(Case one, RetentionPlan plan) {
    Set<BackupId> needed =
        new RetentionOracle(one.samples.history(), one.policy, one.zone, one.now).needed();
    assertThat(Samples.expired(plan)).as(one.name).noneMatch(needed::contains);
    Map<BackupId, KnownBackup> all = new HashMap<>();
    one.samples.backups.forEach(each -> all.put(each.id(), each));
    Set<BackupId> expired = new HashSet<>(Samples.expired(plan));
    for (BackupId kept : Samples.kept(plan)) {
      Optional<BackupId> parent = all.get(kept).parent();
      assertThat(parent.filter(expired::contains)).as(one.name + ": parent of " + kept).isEmpty();
    }
    List<BackupId> order = plan.doomed().stream().map(RetentionPlan.Doomed::id).toList();
    for (RetentionPlan.Doomed child : plan.doomed()) {
      child
          .parent()
          .filter(order::contains)
          .ifPresent(
              parent ->
                  assertThat(order.indexOf(parent))
                      .as(one.name + ": " + parent + " goes after " + child.id())
                      .isGreaterThan(order.indexOf(child.id())));
    }
  }

  private static void whatStaysIsBounded(Case one, RetentionPlan plan) {
    int bound =
        one.policy.daily() + one.policy.weekly() + one.policy.monthly() + one.policy.minimum() + 1;
    boolean nothingUsable =
        plan.summary().backups().stream()
            .anyMatch(each -> each.reasons().contains("nothing newer can be restored"));
    long ordinary =
        plan.summary().backups().stream()
            .filter(each -> Samples.kept(plan).contains(each.backup()))
            .filter(each -> each.reasons().stream().noneMatch(RandomHistoriesTest::isException))
            .filter(each -> !each.reasons().toString().contains("incremental of"))
            .count();
    assertThat(nothingUsable ? 0 : ordinary).as(one.name).isLessThanOrEqualTo(bound);
  }

  private static boolean isException(String reason) {
    return EXCEPTIONS.stream().anyMatch(reason::startsWith);
  }

  private static void aSecondPlanIsEmpty(Case one, RetentionPlan plan) {
    RetentionPlan second =
        new RetentionPlanner(one.policy, one.zone).plan(one.after(plan), one.now);
    assertThat(second.isEmpty()).as(one.name + ": " + second).isTrue();
    assertThat(Samples.kept(second)).as(one.name).isEqualTo(Samples.kept(plan));
  }

  private static void theOrderOfInputsDoesNotMatter(Case one, RetentionPlan plan) {
    Random random = new Random(1);
    Collections.shuffle(one.samples.backups, random);
    Collections.shuffle(one.samples.objects, random);
    Collections.shuffle(one.samples.notes, random);
    RetentionPlan other = one.plan();
    assertThat(other.summary()).as(one.name).isEqualTo(plan.summary());
    assertThat(new HashSet<>(Samples.gone(other)))
        .as(one.name)
        .isEqualTo(new HashSet<>(Samples.gone(plan)));
  }

  private static void whatAKeptBackupNeedsStays(Case one, RetentionPlan plan) {
    Set<String> gone = new HashSet<>(Samples.gone(plan));
    assertThat(gone).as(one.name).noneMatch(key -> key.contains(".history"));
    Set<BackupId> kept = new HashSet<>(Samples.kept(plan));
    for (KnownBackup backup : one.samples.backups) {
      if (kept.contains(backup.id())) {
        for (Position.Wal wal : Fates.wal(backup)) {
          for (long number = wal.firstSegment(); number <= wal.lastSegment(); number++) {
            if (gone.contains(Samples.segment(wal.systemId(), wal.timeline(), number))) {
              fail(one.name + ": WAL of " + backup.id() + " goes");
            }
          }
        }
      }
    }
  }
}
