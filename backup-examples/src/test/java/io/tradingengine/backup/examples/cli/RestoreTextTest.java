package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What somebody reads before he says --force, and afterwards. */
class RestoreTextTest {
  private static final BackupId ID = BackupId.parse("full-20240115-020000");
  private static final RecoveryPoint POINT =
      new RecoveryPoint(
          Instant.parse("2024-01-15T14:29:59.123Z"),
          Optional.of("end-of-day"),
          Duration.ofMillis(3),
          Map.of("redis", new RecoveryPoint.Sample("8d2c", 100, 107)));

  @Test
  void thePlanSaysWhichMomentAndWhatIsReplayed() {
    String text =
        print(
            out ->
                RestoreText.plan(
                    out,
                    plan(
                        RestoreRequest.latest().at(Instant.parse("2024-01-15T14:30:00Z")),
                        Optional.of(POINT))));

    assertThat(text)
        .contains(
            "Plan      restore full-20240115-020000",
            "Moment    the last recovery point at or before 2024-01-15T14:30:00Z",
            "Point     'end-of-day', 2024-01-15T14:29:59.123Z, within 3 ms; redis at 100",
            "Replays   what was archived after the backup, up to that moment");
  }

  @Test
  void aBackupAsItIsReplaysNothing() {
    String text =
        print(out -> RestoreText.plan(out, plan(RestoreRequest.of(ID), Optional.empty())));

    assertThat(text)
        .contains("Moment    that of the backup", "Replays   nothing: the backup is restored as it")
        .doesNotContain("Point  ");
  }

  @Test
  void theReportSaysWhereEachSourceIs() {
    RestoreReport report =
        new RestoreReport(
            ID,
            Optional.of(POINT),
            List.of(
                new RestoreReport.RestoredSource(
                    "redis",
                    Optional.of(POINT.at()),
                    List.of(Path.of("/srv/redis")),
                    400,
                    Duration.ofSeconds(2),
                    List.of(),
                    List.of("start it"))),
            List.of(Finding.warning("near", "was damaged", "heal it")),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3));

    assertThat(print(out -> RestoreText.report(out, report)))
        .contains(
            "Point     'end-of-day', 2024-01-15T14:29:59.123Z",
            "Apart     the sources, 3 ms",
            "WARNING: near: was damaged",
            "redis, 400 B in 2.0 s, as of 2024-01-15T14:29:59.123Z",
            "next 1. start it");
  }

  private static RestorePlan plan(RestoreRequest request, Optional<RecoveryPoint> point) {
    BackupMetadata backup =
        new BackupMetadata(
            ID,
            Optional.empty(),
            "trading-engine",
            ID.instant(),
            ID.instant().plusSeconds(7),
            100,
            400,
            List.of(),
            List.of(),
            List.of(),
            "0.1.0",
            List.of("near"),
            false);
    return new RestorePlan(
        request,
        backup,
        point.isPresent(),
        point,
        List.of(),
        List.of(),
        100,
        Duration.ofSeconds(3));
  }

  private static String print(Consumer<PrintWriter> what) {
    StringWriter text = new StringWriter();
    what.accept(new PrintWriter(text, true));
    return text.toString();
  }
}
