package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ExpiryTextTest {
  private static final BackupId OLD = BackupId.parse("full-20240101-020000");
  private static final BackupId NEW = BackupId.parse("full-20240115-020000");
  private static final ExpiryPlan PLAN =
      new ExpiryPlan(
          Instant.parse("2024-01-15T03:00:00.500Z"),
          List.of(
              new ExpiryPlan.DestinationPlan(
                  "local",
                  "7 daily, 4 weekly, 12 monthly",
                  List.of(
                      new ExpiryPlan.Decision(
                          OLD, ExpiryPlan.Fate.EXPIRE, List.of("no rule keeps it"), 3L << 20),
                      new ExpiryPlan.Decision(
                          NEW,
                          ExpiryPlan.Fate.KEEP,
                          List.of("daily 2024-01-15", "pinned"),
                          1L << 20)),
                  List.of(
                      new ExpiryPlan.Removal(
                          "wal/postgres/42/00000001/",
                          12,
                          2L << 20,
                          "older than every kept backup")),
                  List.of(Finding.warning("local", "the clock was set back", "look at it"))),
              new ExpiryPlan.DestinationPlan(
                  "offsite", "24 monthly", List.of(), List.of(), List.of())));

  private static String text(Consumer<PrintWriter> print) {
    StringWriter text = new StringWriter();
    print.accept(new PrintWriter(text, true));
    return text.toString();
  }

  @Test
  void thePlanSaysTheFateOfEachBackupAndWhy() {
    assertThat(text(out -> ExpiryText.plan(out, PLAN)).lines())
        .containsExactly(
            "Plan      expire, as of 2024-01-15T03:00:00Z",
            "",
            "  local, which keeps 7 daily, 4 weekly, 12 monthly",
            "    BACKUP                FATE    SIZE     WHY",
            "    full-20240101-020000  EXPIRE  3.0 MiB  no rule keeps it",
            "    full-20240115-020000  keep    1.0 MiB  daily 2024-01-15, pinned",
            "",
            "    ALSO REMOVED               OBJECTS  SIZE     WHY",
            "    wal/postgres/42/00000001/  12       2.0 MiB  older than every kept backup",
            "    expires 1 of 2 backups; frees 5.0 MiB",
            "    WARNING: local: the clock was set back",
            "      HINT: look at it",
            "",
            "  offsite, which keeps 24 monthly",
            "    expires 0 of 0 backups; frees 0 B");
  }

  @Test
  void theOutcomeSaysWhatIsGoneAndWhatIsLeftForTheNextRun() {
    ExpiryReport report =
        new ExpiryReport(
            List.of(
                new ExpiryReport.DestinationOutcome("local", List.of(OLD), 34, 3L << 20, List.of()),
                new ExpiryReport.DestinationOutcome(
                    "s3",
                    List.of(),
                    0,
                    0,
                    List.of(Finding.warning("s3", "is locked until 2024-02-01", "")))));

    assertThat(text(out -> ExpiryText.report(out, report)).lines())
        .containsExactly(
            "  DESTINATION  BACKUPS REMOVED  OBJECTS REMOVED  FREED",
            "  local        1                34               3.0 MiB",
            "  s3           0                0                0 B",
            "",
            "  local removed full-20240101-020000",
            "",
            "  WARNING: s3: is locked until 2024-02-01");
  }
}
