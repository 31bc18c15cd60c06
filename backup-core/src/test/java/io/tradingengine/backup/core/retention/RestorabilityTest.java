package io.tradingengine.backup.core.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Retention;
import io.tradingengine.backup.core.retention.SimulatedSystem.Moment;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever instant of the window could be restored before something was removed can be restored
 * afterwards: through failovers, upgrades, restores to the past, and backups that failed or are
 * damaged. Judged by following the timelines, not by the planner's rules.
 */
class RestorabilityTest {
  private static final Instant BEGIN = Instant.parse("2024-01-01T00:00:00Z");
  private static final int DAYS = 45;

  static IntStream seeds() {
    return IntStream.range(0, 24);
  }

  private static Retention policy(Random random) {
    Retention policy =
        Retention.daily(1 + random.nextInt(6)).weekly(random.nextInt(3)).monthly(random.nextInt(2));
    return random.nextBoolean()
        ? policy
        : policy.window(Duration.ofHours(12 + random.nextInt(240)));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyInstantOfTheWindowStaysRestorable(int seed) {
    Random random = new Random(seed);
    Retention policy = policy(random);
    SimulatedSystem system = new SimulatedSystem(random, BEGIN);
    RetentionPlanner planner = new RetentionPlanner(policy, ZoneOffset.UTC);
    int removed = 0;
    int reached = 0;
    for (int day = 0; day < DAYS; day++) {
      system.liveADay();
      RetentionPlan plan = planner.plan(system.history(), system.now());
      Instant begin = windowBegin(system, policy);
      List<Moment> sample =
          sample(system, random).stream().filter(each -> !each.at().isBefore(begin)).toList();
      List<Moment> database = sample.stream().filter(system::reachesDatabase).toList();
      List<Moment> redis = system.reachableOfRedis(sample);
      List<Moment> files = sample.stream().filter(system::reachesFiles).toList();
      system.execute(plan);
      removed += plan.groups().stream().mapToInt(each -> each.objects().size()).sum();
      String when = "seed " + seed + ", day " + day + ", " + policy + ", window since " + begin;
      assertThat(database).as(when).allMatch(system::reachesDatabase);
      assertThat(files).as(when).allMatch(system::reachesFiles);
      reached += files.size();
      assertThat(system.reachableOfRedis(redis)).as(when).isEqualTo(redis);
      assertThat(planner.plan(system.history(), system.now()).isEmpty()).as(when).isTrue();
    }
    assertThat(removed).as("seed " + seed).isPositive();
    assertThat(reached).as("seed " + seed).isPositive();
    assertThat(system.objects.keySet())
        .as("seed " + seed + ": versions from before the window go")
        .filteredOn(key -> key.startsWith("changes/config/"))
        .hasSizeLessThan(DAYS * 24 / 3);
  }

  private static List<Moment> sample(SimulatedSystem system, Random random) {
    List<Moment> sample = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int recent = Math.min(system.moments.size(), 30 * 24);
      sample.add(system.moments.get(system.moments.size() - 1 - random.nextInt(recent)));
    }
    return sample;
  }

  /** When the window begins, by the policy's own words. */
  private static Instant windowBegin(SimulatedSystem system, Retention policy) {
    List<KnownBackup> usable =
        system.backups.values().stream()
            .filter(system::restorable)
            .sorted(Comparator.comparing(KnownBackup::startedAt))
            .toList();
    if (usable.isEmpty()) {
      return Instant.MAX;
    }
    if (policy.window().isPresent()) {
      return usable.get(usable.size() - 1).startedAt().minus(policy.window().get());
    }
    List<String> days =
        usable.stream().map(each -> each.id().toString().substring(5, 13)).distinct().toList();
    String oldest = days.get(Math.max(0, days.size() - policy.daily()));
    List<KnownBackup> ofIt =
        usable.stream().filter(each -> each.id().toString().contains(oldest)).toList();
    return ofIt.stream()
        .filter(KnownBackup::full)
        .reduce((one, other) -> other)
        .orElse(ofIt.get(ofIt.size() - 1))
        .finishedAt();
  }
}
