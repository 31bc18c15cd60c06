package io.tradingengine.backup.core.retention;

import static io.tradingengine.backup.core.retention.Samples.expired;
import static io.tradingengine.backup.core.retention.Samples.gone;
import static io.tradingengine.backup.core.retention.Samples.id;
import static io.tradingengine.backup.core.retention.Samples.kept;
import static io.tradingengine.backup.core.retention.Samples.reasons;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Retention;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetentionPlannerTest {
  private static final Retention ONE_DAY = Retention.daily(1).minimum(1);

  private final Samples samples = new Samples();

  @Test
  void anEmptyRepositoryNeedsNothing() {
    assertThat(samples.plan(Retention.daily(7), "2024-01-15T03:00:00Z").isEmpty()).isTrue();
  }

  @Test
  void theLastDaysWeeksAndMonthsKeepTheirNewestFull() {
    samples.days("2023-11-01", 76, "02:00:00"); // up to 2024-01-15, a Monday
    RetentionPlan plan =
        samples.plan(Retention.daily(3).weekly(3).monthly(3), "2024-01-15T03:00:00Z");
    assertThat(kept(plan))
        .containsExactly(
            id("2023-11-30T02:00:00Z"),
            id("2023-12-31T02:00:00Z"),
            id("2024-01-07T02:00:00Z"),
            id("2024-01-13T02:00:00Z"),
            id("2024-01-14T02:00:00Z"),
            id("2024-01-15T02:00:00Z"));
    assertThat(reasons(plan, id("2023-12-31T02:00:00Z"))).containsExactly("monthly 2023-12");
    assertThat(reasons(plan, id("2024-01-07T02:00:00Z"))).containsExactly("weekly 2024-W01");
    assertThat(reasons(plan, id("2024-01-14T02:00:00Z")))
        .containsExactly("minimum 2", "daily 2024-01-14", "weekly 2024-W02");
    assertThat(reasons(plan, id("2024-01-15T02:00:00Z")))
        .contains("newest usable", "daily 2024-01-15", "weekly 2024-W03", "monthly 2024-01");
    assertThat(reasons(plan, id("2024-01-12T02:00:00Z")))
        .containsExactly(
            "policy keeps nothing of its day, week or month (3 daily, 3 weekly, 3 monthly)");
  }

  @Test
  void daysWithoutABackupExpireNothing() {
    List<BackupId> ids = samples.days("2024-01-01", 7, "02:00:00");
    RetentionPlan plan = samples.plan(Retention.daily(7), "2029-06-01T00:00:00Z");
    assertThat(kept(plan)).isEqualTo(ids);
  }

  @Test
  void ofSeveralFullsOfADayTheNewestStays() {
    BackupId early = samples.full("2024-01-15T02:00:00Z");
    BackupId late = samples.full("2024-01-15T14:00:00Z");
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-15T15:00:00Z");
    assertThat(kept(plan)).containsExactly(late);
    assertThat(reasons(plan, early)).containsExactly(late + " stands for 2024-01-15");
  }

  @Test
  void aDayWithoutAFullKeepsItsNewestWithAllThatItBuildsOn() {
    BackupId full = samples.full("2024-01-08T02:00:00Z");
    BackupId tuesday = samples.incremental("2024-01-09T02:00:00Z", full);
    BackupId wednesday = samples.incremental("2024-01-10T02:00:00Z", tuesday);
    BackupId other = samples.incremental("2024-01-10T01:00:00Z", full);
    samples.full("2024-01-11T02:00:00Z");
    samples.full("2024-01-12T02:00:00Z");
    RetentionPlan plan = samples.plan(Retention.daily(3).minimum(1), "2024-01-12T03:00:00Z");
    assertThat(expired(plan)).isEmpty();
    assertThat(reasons(plan, wednesday)).contains("daily 2024-01-10");
    assertThat(reasons(plan, tuesday)).containsExactly(wednesday + " builds on it");
    assertThat(reasons(plan, full)).contains(tuesday + " builds on it");
    assertThat(reasons(plan, other)).containsExactly("incremental of 2024-01-10");
    assertThat(kept(samples.plan(ONE_DAY, "2024-01-12T03:00:00Z")))
        .containsExactly(id("2024-01-12T02:00:00Z"));
  }

  @Test
  void incrementalsOfAKeptDayStayWithTheirFull() {
    BackupId first = samples.full("2024-01-15T02:00:00Z");
    BackupId onFirst = samples.incremental("2024-01-15T06:00:00Z", first);
    BackupId second = samples.full("2024-01-15T12:00:00Z");
    BackupId onSecond = samples.incremental("2024-01-15T16:00:00Z", second);
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-15T17:00:00Z");
    assertThat(kept(plan)).containsExactly(second, onSecond);
    assertThat(reasons(plan, onFirst)).containsExactly("builds on " + first + ", which expires");
    assertThat(plan.doomed()).extracting(RetentionPlan.Doomed::id).containsExactly(onFirst, first);
  }

  @Test
  void theMinimumStaysWhateverItsAge() {
    samples.full("2020-01-01T00:00:00Z");
    BackupId second = samples.full("2021-01-01T00:00:00Z");
    BackupId third = samples.full("2022-01-01T00:00:00Z");
    BackupId fourth = samples.full("2024-01-01T00:00:00Z");
    RetentionPlan plan = samples.plan(Retention.daily(1).minimum(3), "2024-01-02T00:00:00Z");
    assertThat(kept(plan)).containsExactly(second, third, fourth);
    assertThat(reasons(plan, second)).containsExactly("minimum 3");
  }

  @Test
  void theNewestStaysEvenIfItIsNoFull() {
    BackupId full = samples.full("2024-01-14T02:00:00Z");
    samples.full("2024-01-15T02:00:00Z");
    BackupId newest = samples.incremental("2024-01-15T06:00:00Z", full);
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-15T07:00:00Z");
    assertThat(expired(plan)).isEmpty();
    assertThat(reasons(plan, newest)).contains("newest usable");
  }

  @Test
  void theLastProvenStaysWithItsChain() {
    BackupId full = samples.full("2023-01-01T00:00:00Z");
    BackupId proven = samples.incremental("2023-01-01T04:00:00Z", full);
    BackupId before = samples.full("2023-01-02T00:00:00Z");
    samples.days("2024-01-01", 3, "02:00:00");
    samples.note("proven/" + proven + "/20230301-000000");
    samples.note("proven/" + before + "/20230201-000000");
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-03T03:00:00Z");
    assertThat(kept(plan)).containsExactly(full, proven, id("2024-01-03T02:00:00Z"));
    assertThat(reasons(plan, proven)).containsExactly("last proven restorable");
    samples.damage(proven);
    assertThat(kept(samples.plan(ONE_DAY, "2024-01-03T03:00:00Z")))
        .as("one that is damaged by now proves nothing")
        .contains(before)
        .doesNotContain(full, proven);
  }

  @Test
  void aProofDatedAfterNowDisplacesNone() {
    BackupId wrong = samples.full("2023-01-01T00:00:00Z");
    BackupId right = samples.full("2023-01-02T00:00:00Z");
    samples.full("2024-01-03T00:00:00Z");
    samples.note("proven/" + wrong + "/20990101-000000");
    samples.note("proven/" + right + "/20230201-000000");
    assertThat(expired(samples.plan(ONE_DAY, "2024-01-03T03:00:00Z"))).isEmpty();
  }

  @Test
  void whatIsPinnedHeldOrInUseStaysWithItsChain() {
    BackupId full = samples.full("2023-01-01T00:00:00Z");
    BackupId pinned = samples.incremental("2023-01-01T04:00:00Z", full);
    BackupId held = samples.full("2023-01-02T00:00:00Z");
    BackupId busy = samples.full("2023-01-03T00:00:00Z");
    BackupId heldBefore = samples.full("2023-01-04T00:00:00Z");
    BackupId newest = samples.full("2024-01-03T00:00:00Z");
    samples.note("pins/" + pinned);
    samples.note("holds/" + held + "/a.20240103-040000");
    samples.note("holds/" + heldBefore + "/a.20240103-030000");
    samples.busy.add(busy);
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-03T03:00:00Z");
    assertThat(kept(plan)).containsExactly(full, pinned, held, busy, newest);
    assertThat(reasons(plan, pinned)).containsExactly("pinned");
    assertThat(reasons(plan, held)).containsExactly("being read");
    assertThat(reasons(plan, busy)).containsExactly("in use by a run");
    assertThat(gone(plan)).containsExactly("notes/holds/" + heldBefore + "/a.20240103-030000");
  }

  @Test
  void damagedBackupsDisplaceNoneAndStayWhileTheyMayBeHealed() {
    BackupId old = samples.full("2024-01-10T02:00:00Z");
    BackupId whole = samples.full("2024-01-14T02:00:00Z");
    BackupId damaged = samples.full("2024-01-15T02:00:00Z");
    samples.damage(old);
    samples.damage(damaged);
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-15T03:00:00Z");
    assertThat(kept(plan)).containsExactly(whole, damaged);
    assertThat(reasons(plan, damaged)).containsExactly("damaged, but may be healed");
    assertThat(reasons(plan, old))
        .containsExactly("is damaged, and is older than all that is kept day by day");
    assertThat(plan.summary().findings())
        .extracting(Finding::subject)
        .containsExactly(old.toString(), damaged.toString());
  }

  @Test
  void aChainWithAHoleStandsForNothingAndIsTold() {
    BackupId missing = samples.full("2024-01-13T02:00:00Z");
    BackupId full = samples.full("2024-01-14T02:00:00Z");
    BackupId broken = samples.incremental("2024-01-15T02:00:00Z", missing);
    samples.remove(missing);
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-15T03:00:00Z");
    assertThat(reasons(plan, full)).contains("daily 2024-01-14");
    assertThat(reasons(plan, broken)).containsExactly("damaged, but may be healed");
    assertThat(plan.summary().findings().toString())
        .contains(broken + ": builds on " + missing + ", which is missing; it counts for nothing");
  }

  @Test
  void backupsThatBuildOnEachOtherAreDamaged() {
    BackupId one = id("2024-01-15T02:00:00Z");
    BackupId other = samples.incremental("2024-01-15T03:00:00Z", one);
    samples.incremental("2024-01-15T02:00:00Z", other);
    BackupId full = samples.full("2024-01-16T02:00:00Z");
    assertThat(kept(samples.plan(ONE_DAY, "2024-01-16T03:00:00Z"))).containsExactly(full);
  }

  @Test
  void ifNothingCanBeRestoredNothingExpires() {
    BackupId damaged = samples.full("2020-01-15T02:00:00Z");
    samples.damage(damaged);
    samples.object("wal/postgres/1/00000001/000000010000000000000001", "2019-01-01T00:00:00Z");
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-15T03:00:00Z");
    assertThat(plan.isEmpty()).isTrue();
    assertThat(plan.summary().findings().toString()).contains("no backup that can be restored");
  }

  @Test
  void aClockThatJumpsAheadExpiresNothing() {
    List<BackupId> ids = samples.days("2024-01-01", 10, "02:00:00");
    Retention policy = Retention.daily(10).window(Duration.ofDays(3));
    samples.object(Samples.segment("1", 1, 5), "2024-01-05T00:00:00Z");
    assertThat(kept(samples.plan(policy, "2034-01-10T02:30:00Z"))).isEqualTo(ids);
    assertThat(samples.plan(policy, "2034-01-10T02:30:00Z").groups())
        .isEqualTo(samples.plan(policy, "2024-01-10T02:30:00Z").groups());
  }

  @Test
  void backupsDatedAfterNowStayAndCountForNothing() {
    List<BackupId> ids = samples.days("2024-01-01", 4, "02:00:00");
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-02T03:00:00Z");
    assertThat(kept(plan)).containsExactlyElementsOf(ids.subList(1, 4));
    assertThat(reasons(plan, ids.get(3))).containsExactly("dated after now");
    assertThat(plan.summary().findings().get(0).message())
        .contains("2 backups, such as full-20240103-020000, are dated after now");
  }

  @Test
  void newerIsWhatHasALaterIdWhenTheClockWasSetBack() {
    BackupId before = samples.full("2024-01-15T10:00:00Z");
    BackupId after =
        samples.add(
            id("2024-01-15T10:00:01Z"), Instant.parse("2024-01-15T08:00:00Z"), Optional.empty());
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-15T11:00:00Z");
    assertThat(kept(plan)).containsExactly(after);
    assertThat(expired(plan)).containsExactly(before);
  }

  @Test
  void daysAreThoseOfTheZone() {
    BackupId first = samples.full("2024-01-14T22:30:00Z"); // 23:30 in Berlin, 04:00 in Kolkata
    BackupId second = samples.full("2024-01-14T23:30:00Z"); // 00:30 in Berlin, 05:00 in Kolkata
    String now = "2024-01-15T00:00:00Z";
    Retention policy = Retention.daily(2).minimum(1);
    assertThat(kept(samples.plan(policy, now))).containsExactly(second);
    assertThat(kept(samples.plan(policy, now, ZoneId.of("Europe/Berlin"))))
        .containsExactly(first, second);
    assertThat(kept(samples.plan(policy, now, ZoneId.of("Asia/Kolkata")))).containsExactly(second);
  }

  @Test
  void aDayThatAZoneSkippedIsNone() {
    // Samoa went from the 29th to the 31st of December 2011.
    BackupId before = samples.full("2011-12-30T08:00:00Z");
    BackupId after = samples.full("2011-12-30T12:00:00Z");
    RetentionPlan plan =
        samples.plan(
            Retention.daily(2).minimum(1), "2011-12-30T13:00:00Z", ZoneId.of("Pacific/Apia"));
    assertThat(reasons(plan, before)).contains("daily 2011-12-29");
    assertThat(reasons(plan, after)).contains("daily 2011-12-31");
  }

  @Test
  void anHourThatComesTwiceBelongsToOneDay() {
    BackupId first = samples.full("2024-11-03T05:30:00Z"); // 01:30 in New York
    BackupId again = samples.full("2024-11-03T06:30:00Z"); // 01:30 in New York, again
    RetentionPlan plan =
        samples.plan(ONE_DAY, "2024-11-03T07:00:00Z", ZoneId.of("America/New_York"));
    assertThat(expired(plan)).containsExactly(first);
    assertThat(kept(plan)).containsExactly(again);
  }

  @Test
  void aLeapDayIsADay() {
    List<BackupId> ids = samples.days("2024-02-28", 3, "02:00:00");
    RetentionPlan plan = samples.plan(Retention.daily(3), "2024-03-01T03:00:00Z");
    assertThat(reasons(plan, ids.get(1))).contains("daily 2024-02-29");
  }

  @Test
  void theLastDaysOfAYearMayBelongToTheNextYearsFirstWeek() {
    BackupId monday = samples.full("2024-12-30T02:00:00Z");
    BackupId friday = samples.full("2025-01-03T02:00:00Z");
    RetentionPlan plan =
        samples.plan(
            Retention.from(io.tradingengine.backup.spi.Settings.of("retention"))
                .weekly(2)
                .minimum(1),
            "2025-01-03T03:00:00Z");
    assertThat(expired(plan)).containsExactly(monday);
    assertThat(reasons(plan, friday)).contains("weekly 2025-W01");
  }

  @Test
  void anOldClusterGoesByItsDaysAndTheMinimumIsOfTheNewOne() {
    BackupId old = samples.full("2024-01-10T02:00:00Z", Samples.wal("1", 1, 1, 1));
    BackupId alsoOld = samples.full("2024-01-11T02:00:00Z", Samples.wal("1", 1, 5, 5));
    BackupId one = samples.full("2024-01-12T02:00:00Z", Samples.wal("2", 1, 1, 1));
    BackupId other = samples.full("2024-01-12T12:00:00Z", Samples.wal("2", 1, 3, 3));
    RetentionPlan plan = samples.plan(Retention.daily(2).minimum(4), "2024-01-12T13:00:00Z");
    assertThat(kept(plan)).containsExactly(alsoOld, one, other);
    assertThat(expired(plan)).containsExactly(old);
    assertThat(reasons(plan, one)).contains("minimum 4");
    assertThat(reasons(plan, alsoOld)).doesNotContain("minimum 4");
  }

  @Test
  void theWindowKeepsTheFullThatItBeginsWith() {
    List<BackupId> ids = samples.days("2024-01-01", 15, "02:00:00");
    Retention policy = Retention.daily(1).minimum(1).window(Duration.ofDays(5));
    RetentionPlan plan = samples.plan(policy, "2024-01-15T03:00:00Z");
    assertThat(kept(plan)).containsExactly(ids.get(9), ids.get(14));
    assertThat(reasons(plan, ids.get(9))).containsExactly("window since 2024-01-10T02:00:00Z");
  }

  @Test
  void planningOrderDoesNotDependOnTheInputs() {
    samples.full("2024-01-15T02:00:00Z");
    samples.full("2024-01-14T02:00:00Z");
    samples.full("2024-01-16T02:00:00Z");
    assertThat(samples.plan(ONE_DAY, "2024-01-16T03:00:00Z").summary().backups())
        .extracting(ExpiryPlan.Decision::backup)
        .isSorted();
  }

  @Test
  void aBackupThatIsThereTwiceIsRefused() {
    samples.full("2024-01-15T02:00:00Z");
    samples.full("2024-01-15T02:00:00Z");
    assertThatThrownBy(samples::history).hasMessageContaining("is there twice");
  }

  @Test
  void aMarkOfWhatStaysIsTakenOffAndOneOfWhatIsGoneIsFinished() {
    BackupId kept = samples.full("2024-01-15T02:00:00Z");
    BackupId gone = id("2023-01-15T02:00:00Z");
    BackupId returning = id("2023-01-16T02:00:00Z");
    samples.note("expired/" + kept);
    samples.note("expired/" + gone);
    samples.note("expired/" + returning);
    samples.busy.add(returning);
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-15T03:00:00Z");
    assertThat(plan.unmark()).containsExactly(kept);
    assertThat(plan.unfinished()).containsExactly(gone);
    assertThat(plan.isEmpty()).isFalse();
  }

  @Test
  void proofsGoWithTheirBackup() {
    BackupId old = samples.full("2023-01-15T02:00:00Z");
    BackupId kept = samples.full("2024-01-15T02:00:00Z");
    BackupId gone = id("2022-01-15T02:00:00Z");
    samples.note("proven/" + old + "/20230116-000000");
    samples.note("proven/" + kept + "/20240116-000000");
    samples.note("proven/" + gone + "/20220116-000000");
    RetentionPlan plan = samples.plan(ONE_DAY, "2024-01-17T03:00:00Z");
    assertThat(plan.doomed().get(0).notes()).hasSize(1);
    assertThat(gone(plan)).containsExactly("notes/proven/" + gone + "/20220116-000000");
  }

  @Test
  void anApprovedPlanIsCarriedOutAsFarAsItIsStillRight() {
    samples.days("2024-01-01", 10, "02:00:00");
    BackupId pinned = id("2024-01-02T02:00:00Z");
    Instant planned = Instant.parse("2024-01-10T03:00:00Z");
    Retention policy = Retention.daily(3);
    RetentionPlanner planner = new RetentionPlanner(policy, ZoneOffset.UTC);
    RetentionPlan before = planner.plan(samples.history(), planned);
    ExpiryPlan approved = new ExpiryPlan(planned, List.of(before.summary()));

    BackupId newer = samples.full("2024-01-11T02:00:00Z");
    samples.note("pins/" + pinned);
    Instant later = Instant.parse("2024-01-11T03:00:00Z");
    RetentionPlan again = planner.plan(samples.history(), later, approved);
    assertThat(expired(again))
        .containsExactlyElementsOf(
            expired(before).stream().filter(id -> !id.equals(pinned)).toList());
    assertThat(reasons(again, newer)).containsExactly("newer than the plan");
    assertThat(reasons(again, pinned)).contains("pinned");
    assertThat(again.summary().findings()).isEmpty();
  }

  @Test
  void whatAnApprovedPlanDoesNotNameStays() {
    samples.days("2024-01-01", 10, "02:00:00");
    samples.object(Samples.segment("1", 1, 5), "2023-01-05T00:00:00Z");
    Instant now = Instant.parse("2024-01-10T03:00:00Z");
    RetentionPlanner planner = new RetentionPlanner(Retention.daily(3), ZoneOffset.UTC);
    RetentionPlan plan = planner.plan(samples.history(), now, new ExpiryPlan(now, List.of()));
    assertThat(plan.isEmpty()).isTrue();
    assertThat(reasons(plan, id("2024-01-01T02:00:00Z"))).containsExactly("not in the plan");
  }
}
