package io.tradingengine.backup.examples.cli;

import static io.tradingengine.backup.event.BackupEvent.Operation.BACKUP;
import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.event.BackupEvent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final BackupId ID = BackupId.parse("full-20240115-020000");
  private static final String UP_AND_CLEAR = "\u001b[1A\u001b[2K";

  private final StringWriter err = new StringWriter();

  @Test
  void logsGetALineAtTheStartAtTheEndAndEachTenSeconds() {
    AtomicLong now = new AtomicLong();
    Progress progress = new ProgressLines(new PrintWriter(err, true), now::get);

    progress.onEvent(new BackupEvent.RunStarted(BACKUP, ID));
    progress.onEvent(new BackupEvent.SourceStarted(BACKUP, ID, "postgres"));
    now.set(Duration.ofSeconds(9).toNanos());
    progress.onEvent(progress(10 << 20, OptionalLong.of(100 << 20)));
    now.set(Duration.ofSeconds(10).toNanos());
    progress.onEvent(progress(25 << 20, OptionalLong.of(100 << 20)));
    now.set(Duration.ofSeconds(25).toNanos());
    progress.onEvent(progress(26 << 20, OptionalLong.empty()));
    progress.onEvent(
        new BackupEvent.SourceFinished(BACKUP, ID, "postgres", 100 << 20, Duration.ofSeconds(40)));

    assertThat(err.toString().lines())
        .containsExactly(
            "Taking full-20240115-020000",
            "postgres: started",
            "postgres: 25.0 MiB of about 100.0 MiB (25 %)",
            "postgres: 26.0 MiB",
            "postgres: done, 100.0 MiB in 40.0 s (2.5 MiB/s)");
  }

  @Test
  void aSourceThatIsLeftOutIsNoLongerAtWork() {
    Progress bars = new ProgressBars(new PrintWriter(err, true));
    bars.onEvent(new BackupEvent.SourceStarted(BACKUP, ID, "redis"));
    bars.onEvent(new BackupEvent.SourceLeftOut(BACKUP, ID, "redis", "connection refused"));
    bars.onEvent(new BackupEvent.RunSucceeded(BACKUP, ID, Duration.ofSeconds(1)));
    Progress lines = new ProgressLines(new PrintWriter(err, true), () -> 0);
    lines.onEvent(new BackupEvent.SourceLeftOut(BACKUP, ID, "redis", "connection refused"));

    assertThat(err.toString().lines())
        .containsExactly(
            "redis [                    ] started",
            UP_AND_CLEAR + "redis: LEFT OUT, connection refused",
            "redis: LEFT OUT, connection refused");
  }

  @Test
  void aTerminalGetsBarsThatAreDrawnOver() {
    Progress progress = new ProgressBars(new PrintWriter(err, true));

    progress.onEvent(new BackupEvent.SourceStarted(BACKUP, ID, "postgres"));
    progress.onEvent(progress(50, OptionalLong.of(100)));
    progress.onEvent(
        new BackupEvent.SourceFinished(BACKUP, ID, "postgres", 100, Duration.ofSeconds(1)));

    assertThat(err.toString().lines())
        .containsExactly(
            "postgres [                    ] started",
            UP_AND_CLEAR + "postgres [##########          ] 50 B of about 100 B (50 %)",
            UP_AND_CLEAR + "postgres: done, 100 B in 1.0 s (100 B/s)");
  }

  @Test
  void anEstimateThatWasTooLowNeverShowsMoreThanAll() {
    assertThat(ProgressLines.percent(150, 100)).isEqualTo(99);
    assertThat(ProgressLines.percent(1, 0)).isZero();
  }

  private static BackupEvent.Progress progress(long done, OptionalLong expected) {
    return new BackupEvent.Progress(BACKUP, ID, "postgres", done, expected);
  }
}
