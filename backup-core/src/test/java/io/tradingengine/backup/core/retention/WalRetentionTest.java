package io.tradingengine.backup.core.retention;

import static io.tradingengine.backup.core.retention.Samples.gone;
import static io.tradingengine.backup.core.retention.Samples.kept;
import static io.tradingengine.backup.core.retention.Samples.reasons;
import static io.tradingengine.backup.core.retention.Samples.segment;
import static io.tradingengine.backup.core.retention.Samples.wal;
import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata.SourceSummary;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.Retention;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WalRetentionTest {
  private static final Retention ONE_DAY = Retention.daily(1).minimum(1);
  private static final Retention THREE_DAYS = ONE_DAY.window(Duration.ofDays(3));
  private static final String NOW = "2024-01-15T03:00:00Z";

  private final Samples samples = new Samples();

  /** Segments of one cluster and timeline, one an hour. */
  private void archive(String systemId, long timeline, long from, long to, String first) {
    for (long number = from; number <= to; number++) {
      samples.object(
          segment(systemId, timeline, number),
          Instant.parse(first).plusSeconds((number - from) * 3600).toString());
    }
  }

  @Test
  void logBeforeTheOldestDailyBackupGoes() {
    samples.full("2024-01-13T02:00:00Z", wal("1", 1, 10, 10));
    samples.full("2024-01-14T02:00:00Z", wal("1", 1, 20, 20));
    samples.full("2024-01-15T02:00:00Z", wal("1", 1, 30, 30));
    archive("1", 1, 8, 33, "2024-01-13T00:00:00Z");
    RetentionPlan plan = samples.plan(Retention.daily(2).minimum(1), NOW);
    assertThat(gone(plan)).hasSize(12).contains(segment("1", 1, 8), segment("1", 1, 19));
    assertThat(plan.summary().objects().get(0).prefix()).isEqualTo("wal/postgres/1/00000001/");
    assertThat(plan.summary().objects().get(0).count()).isEqualTo(12);
    assertThat(plan.summary().objects().get(0).bytes()).isEqualTo(120);
    assertThat(plan.summary().objects().get(0).reason())
        .isEqualTo("no kept backup and no instant since 2024-01-14T02:00:00Z needs it");
  }

  @Test
  void aKeptBackupFromBeforeTheWindowKeepsItsOwnRange() {
    BackupId pinned = samples.full("2023-12-01T02:00:00Z", wal("1", 1, 2, 4));
    samples.full("2024-01-12T02:00:00Z", wal("1", 1, 20, 20));
    samples.full("2024-01-15T02:00:00Z", wal("1", 1, 30, 30));
    samples.note("pins/" + pinned);
    archive("1", 1, 1, 31, "2023-12-01T00:00:00Z");
    assertThat(gone(samples.plan(THREE_DAYS, NOW)))
        .hasSize(16)
        .contains(segment("1", 1, 1), segment("1", 1, 5), segment("1", 1, 19));
  }

  @Test
  void slicesAndPartialSegmentsGoWithTheirSegment() {
    samples.full("2024-01-15T02:00:00Z", wal("1", 1, 30, 30));
    String folder = "wal/postgres/1/00000001/";
    for (String name :
        List.of(
            "00000001000000000000001D.zst.gpg",
            "00000001000000000000001D.0-4096.zst.gpg",
            "00000001000000000000001D.4096-8192.000001of000002.zst.gpg",
            "00000001000000000000001D.partial.0123456789abcdef0123456789abcdef.zst.gpg",
            "00000001000000000000001D.00000028.backup.0123456789abcdef0123456789abcdef.zst.gpg",
            "00000001000000000000001D.0123456789abcdef0123456789abcdef.000002of000002.zst.gpg",
            "00000001000000000000001E.0123456789abcdef0123456789abcdef.000002of000002.zst.gpg",
            "00000001000000000000001D.partial.gz",
            "00000001000000000000001D",
            "00000001000000000000001E.0-4096.zst.gpg")) {
      samples.object(folder + name, "2024-01-15T00:00:00Z");
    }
    assertThat(gone(samples.plan(ONE_DAY, NOW))).hasSize(8).noneMatch(key -> key.contains("1E"));
  }

  @Test
  void historiesAndUnknownNamesAlwaysStay() {
    samples.full("2024-01-15T02:00:00Z", wal("1", 3, 30, 30));
    for (String key :
        List.of(
            "wal/postgres/1/00000002.history.zst.gpg",
            "wal/postgres/1/00000002.history.0123456789abcdef0123456789abcdef.zst.gpg",
            "changes/redis/def/500-abc.link.zst.gpg",
            "changes/config/v20200101000000000-0123abcd/1-20200132000000000.tree.zst.gpg",
            "changes/config/v20200101000000000-0123abcd/x-20200101000000000.tree.zst.gpg",
            "changes/config/v20200101000000000-0123abcd/1-20200101000000000.tar.zst.gpg",
            "wal/postgres/1/00000002/00000002.history.zst.gpg",
            "wal/postgres/1/00000002/000000010000000000000001.zst.gpg",
            "wal/postgres/1/00000001/0000000100000000000001FF.zst.gpg",
            "wal/postgres/1/00000001/00000001000000000000000g.zst.gpg",
            "wal/postgres/1/readme",
            "wal/notes",
            "changes/redis/abc/1-x.cmd.zst.gpg",
            "changes/redis/abc/1-5.rdb",
            "points/20200101/yesterday.jsonl",
            "points/20200101/20200132-000000-20200132-000005.jsonl",
            "elsewhere/file")) {
      samples.object(key, "2020-01-01T00:00:00Z");
    }
    assertThat(gone(samples.plan(ONE_DAY, NOW))).isEmpty();
  }

  @Test
  void laterTimelinesStayAndEarlierOnesGo() {
    samples.full("2024-01-15T02:00:00Z", wal("1", 2, 30, 30));
    archive("1", 1, 25, 35, "2024-01-14T00:00:00Z");
    archive("1", 2, 28, 31, "2024-01-15T00:00:00Z");
    archive("1", 3, 20, 22, "2024-01-15T02:30:00Z");
    assertThat(gone(samples.plan(ONE_DAY, NOW)))
        .hasSize(13)
        .contains(segment("1", 1, 35), segment("1", 2, 29))
        .noneMatch(key -> key.contains("/00000003/"));
  }

  @Test
  void aRestoreToThePastKeepsAFullThatCanFollowIt() {
    BackupId before = samples.full("2024-01-10T02:00:00Z", wal("1", 1, 10, 10));
    BackupId base = samples.full("2024-01-11T02:00:00Z", wal("1", 1, 20, 20));
    samples.full("2024-01-15T02:00:00Z", wal("1", 2, 18, 18));
    archive("1", 1, 8, 30, "2024-01-10T00:00:00Z");
    archive("1", 2, 15, 19, "2024-01-14T00:00:00Z"); // restored to a position in segment 15
    RetentionPlan plan = samples.plan(THREE_DAYS, NOW);
    assertThat(reasons(plan, base)).containsExactly("window since 2024-01-12T02:00:00Z");
    assertThat(reasons(plan, before)).containsExactly("window since 2024-01-12T02:00:00Z");
    assertThat(gone(plan)).containsExactly(segment("1", 1, 8), segment("1", 1, 9));
  }

  @Test
  void whenTheWindowHasPassedAnUpgradeTheOldClustersLogGoes() {
    BackupId old = samples.full("2024-01-05T02:00:00Z", wal("1", 1, 50, 51));
    samples.full("2024-01-10T02:00:00Z", wal("2", 1, 1, 1));
    samples.full("2024-01-15T02:00:00Z", wal("2", 1, 9, 9));
    samples.note("pins/" + old);
    archive("1", 1, 48, 55, "2024-01-05T00:00:00Z");
    archive("2", 1, 1, 9, "2024-01-10T00:00:00Z");
    assertThat(gone(samples.plan(THREE_DAYS, NOW)))
        .hasSize(6)
        .allMatch(key -> key.startsWith("wal/postgres/1/"))
        .doesNotContain(segment("1", 1, 50), segment("1", 1, 51));
  }

  @Test
  void anUpgradeWithinTheWindowKeepsBothClustersBases() {
    BackupId old = samples.full("2024-01-10T02:00:00Z", wal("1", 1, 50, 50));
    BackupId first = samples.full("2024-01-14T02:00:00Z", wal("2", 1, 1, 1));
    samples.full("2024-01-14T12:00:00Z", wal("2", 1, 5, 5));
    BackupId newest = samples.full("2024-01-15T02:00:00Z", wal("2", 1, 9, 9));
    archive("1", 1, 48, 55, "2024-01-10T00:00:00Z");
    archive("2", 1, 1, 9, "2024-01-14T00:00:00Z");
    RetentionPlan plan = samples.plan(THREE_DAYS, NOW);
    assertThat(kept(plan)).containsExactly(old, first, newest);
    assertThat(gone(plan)).containsExactly(segment("1", 1, 48), segment("1", 1, 49));
  }

  @Test
  void theLogOfAClusterThatWasNeverBackedUpStaysWhileItIsNew() {
    samples.full("2024-01-10T02:00:00Z", wal("1", 1, 50, 50));
    samples.full("2024-01-15T02:00:00Z", wal("1", 1, 60, 60));
    archive("2", 1, 1, 3, "2024-01-15T02:30:00Z");
    archive("3", 1, 1, 3, "2024-01-01T00:00:00Z");
    assertThat(gone(samples.plan(THREE_DAYS, NOW)))
        .containsExactly(segment("3", 1, 1), segment("3", 1, 2), segment("3", 1, 3));
  }

  @Test
  void withoutAKnownPositionNoLogGoes() {
    samples.full("2024-01-13T02:00:00Z", wal("1", 1, 50, 50));
    samples.full("2024-01-15T02:00:00Z", new Position.Unknown("postgres"));
    archive("1", 1, 1, 3, "2023-01-15T02:30:00Z");
    assertThat(gone(samples.plan(ONE_DAY, NOW))).isEmpty();
  }

  @Test
  void withTwoSizesOfSegmentsNoLogGoes() {
    samples.full("2024-01-14T02:00:00Z", wal("1", 1, 50, 50));
    samples.full(
        "2024-01-15T02:00:00Z",
        new Position.Wal("postgres", "1", 1, new Lsn(1L << 32), new Lsn(1L << 33), 64 << 20));
    archive("1", 1, 1, 3, "2023-01-15T02:30:00Z");
    assertThat(gone(samples.plan(Retention.daily(2), NOW))).isEmpty();
  }

  @Test
  void largeSegmentsAreCountedThroughTheLogs() {
    int size = 1 << 30; // four a log
    samples.full(
        "2024-01-15T02:00:00Z",
        new Position.Wal(
            "postgres", "1", 1, Lsn.parse("2/40000028"), Lsn.parse("2/41000000"), size));
    for (String name :
        List.of(
            "000000010000000100000003",
            "000000010000000200000000",
            "000000010000000200000001",
            "000000010000000200000002",
            "000000010000000100000004")) {
      samples.object("wal/postgres/1/00000001/" + name, "2024-01-14T00:00:00Z");
    }
    assertThat(gone(samples.plan(ONE_DAY, NOW)))
        .containsExactly(
            "wal/postgres/1/00000001/000000010000000100000003",
            "wal/postgres/1/00000001/000000010000000200000000");
  }

  @Test
  void sourcesDoNotKeepOneAnothersLog() {
    samples.full(
        "2024-01-15T02:00:00Z",
        wal("1", 1, 30, 30),
        new Position.Wal("reports", "1", 1, new Lsn(0), new Lsn(10), Samples.SEGMENT));
    archive("1", 1, 28, 31, "2024-01-14T00:00:00Z");
    samples.object("wal/reports/1/00000001/000000010000000000000000", "2024-01-14T00:00:00Z");
    assertThat(gone(samples.plan(ONE_DAY, NOW)))
        .containsExactly(segment("1", 1, 28), segment("1", 1, 29));
  }

  @Test
  void aSourceThatTheWindowsBaseDoesNotHaveKeepsAnOlderOne() {
    BackupId both = samples.full("2024-01-05T02:00:00Z", wal("1", 1, 1, 1));
    samples.full("2024-01-10T02:00:00Z");
    BackupId newest = samples.full("2024-01-15T02:00:00Z", wal("1", 1, 9, 9));
    archive("1", 1, 0, 9, "2024-01-05T00:00:00Z");
    RetentionPlan plan = samples.plan(THREE_DAYS, NOW);
    assertThat(kept(plan)).contains(both, newest);
    assertThat(gone(plan)).containsExactly(segment("1", 1, 0));
  }

  @Test
  void aSourceThatIsBackedUpNoMoreKeepsNothing() {
    samples.full("2024-01-05T02:00:00Z", wal("1", 1, 1, 1));
    samples.full("2024-01-10T02:00:00Z");
    samples.full("2024-01-15T02:00:00Z");
    archive("1", 1, 0, 9, "2024-01-05T00:00:00Z");
    RetentionPlan plan = samples.plan(THREE_DAYS, NOW);
    assertThat(kept(plan)).hasSize(2);
    assertThat(gone(plan)).hasSize(10);
  }

  @Test
  void commandsBeforeTheBaseGo() {
    samples.full("2024-01-14T02:00:00Z", new Position.Commands("redis", "abc", 500));
    samples.full("2024-01-15T02:00:00Z", new Position.Commands("redis", "abc", 1000));
    samples.object("changes/redis/abc/400-499.cmd.000001of000002.zst.gpg", "2024-01-14T00:00:00Z");
    for (String name : List.of("1-499", "500-999", "1000-1499", "1500-1600")) {
      samples.object("changes/redis/abc/" + name + ".cmd.zst.gpg", "2024-01-14T00:00:00Z");
    }
    RetentionPlan plan = samples.plan(ONE_DAY, NOW);
    assertThat(gone(plan))
        .containsExactlyInAnyOrder(
            "changes/redis/abc/400-499.cmd.000001of000002.zst.gpg",
            "changes/redis/abc/1-499.cmd.zst.gpg",
            "changes/redis/abc/500-999.cmd.zst.gpg");
    assertThat(plan.groups().get(0).prefix()).isEqualTo("changes/redis/abc/");
  }

  @Test
  void afterAFailoverTheStreamGoesOnUnderAnotherId() {
    samples.full("2024-01-12T02:00:00Z", new Position.Commands("redis", "abc", 500));
    samples.full("2024-01-15T02:00:00Z", new Position.Commands("redis", "def", 1000));
    samples.object("changes/redis/abc/1-499.cmd.zst.gpg", "2024-01-11T23:00:00Z");
    samples.object("changes/redis/abc/500-700.cmd.zst.gpg", "2024-01-13T00:00:00Z");
    samples.object("changes/redis/def/701-999.cmd.zst.gpg", "2024-01-14T00:00:00Z");
    samples.object("changes/redis/def/1000-1200.cmd.zst.gpg", "2024-01-15T02:30:00Z");
    samples.object("changes/redis/old/1-800.cmd.zst.gpg", "2024-01-09T02:30:00Z");
    assertThat(gone(samples.plan(THREE_DAYS, NOW)))
        .containsExactly(
            "changes/redis/abc/1-499.cmd.zst.gpg", "changes/redis/old/1-800.cmd.zst.gpg");
  }

  @Test
  void eachShardHasItsOwnStream() {
    samples.full(
        "2024-01-15T02:00:00Z",
        new Position.Commands("redis", "abc", 500),
        new Position.Commands("redis", "def", 100));
    for (String name : List.of("abc/1-499", "abc/500-600", "def/1-99", "def/100-499")) {
      samples.object("changes/redis/" + name + ".cmd.zst.gpg", "2024-01-15T02:30:00Z");
    }
    assertThat(gone(samples.plan(ONE_DAY, NOW)))
        .containsExactly(
            "changes/redis/abc/1-499.cmd.zst.gpg", "changes/redis/def/1-99.cmd.zst.gpg");
  }

  @Test
  void pointsBeforeTheWindowsBaseGo() {
    samples.full("2024-01-11T02:00:00Z");
    samples.full("2024-01-15T02:00:00Z");
    for (String name :
        List.of(
            "20240110/20240110-000000-20240110-001000",
            "20240111/20240111-015000-20240111-015959",
            "20240111/20240111-015000123-20240111-020000456",
            "20240115/20240115-020000-20240115-020005")) {
      samples.object("points/" + name + ".jsonl.zst.gpg", "2024-01-15T02:30:00Z");
    }
    RetentionPlan plan = samples.plan(THREE_DAYS, NOW);
    assertThat(gone(plan)).hasSize(1).allMatch(key -> key.contains("/20240110/"));
    assertThat(plan.groups().get(0).prefix()).isEqualTo("points/");
  }

  @Test
  void positionsComeFromWhatSourcesSayOfThemselves() {
    Map<String, String> postgres =
        Map.of(
            "system-identifier", "7312345678901234567",
            "timeline", "2",
            "start-lsn", "0/2000028",
            "stop-lsn", "0/2000138",
            "wal-segment-size", "16777216");
    assertThat(Position.of(summary("postgres", postgres)))
        .containsExactly(
            new Position.Wal(
                "db",
                "7312345678901234567",
                2,
                Lsn.parse("0/2000028"),
                Lsn.parse("0/2000138"),
                16 << 20));
    assertThat(Position.of(summary("postgres", Map.of("timeline", "2"))))
        .containsExactly(new Position.Unknown("db"));
    assertThat(Position.of(summary("redis", Map.of("replication-id", "abc", "offset", "17"))))
        .containsExactly(new Position.Commands("db", "abc", 17));
    assertThat(Position.of(summary("redis", Map.of("method", "scan"))))
        .containsExactly(new Position.Unknown("db"));
    Map<String, String> cluster =
        Map.of(
            "shards", "2",
            "shard-1.replication-id", "abc",
            "shard-1.offset", "17",
            "shard-2.artifact", "shard-0002");
    assertThat(Position.of(summary("redis", cluster)))
        .containsExactly(new Position.Commands("db", "abc", 17), new Position.Unknown("db"));
    assertThat(Position.of(summary("files", Map.of()))).isEmpty();
  }

  private static SourceSummary summary(String type, Map<String, String> attributes) {
    return new SourceSummary(
        "db", type, Optional.empty(), 1, 1, Instant.EPOCH, Duration.ZERO, attributes);
  }
}
