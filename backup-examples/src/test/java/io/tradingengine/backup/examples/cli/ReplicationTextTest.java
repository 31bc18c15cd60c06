package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.ReplicationReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicationTextTest {
  private static final ReplicationReport.DestinationOutcome LOCAL =
      new ReplicationReport.DestinationOutcome("local", List.of(), 0, 1, 2048, List.of());
  private static final ReplicationReport.DestinationOutcome OFFSITE =
      new ReplicationReport.DestinationOutcome(
          "offsite",
          List.of(BackupId.parse("full-20240115-020000"), BackupId.parse("full-20240116-020000")),
          140,
          0,
          3L << 20,
          List.of(Finding.error("offsite", "is full", "make room there")));

  private static String text(ReplicationReport.DestinationOutcome... outcomes) {
    StringWriter text = new StringWriter();
    ReplicationText.print(
        new PrintWriter(text, true),
        new ReplicationReport(List.of(outcomes), Duration.ofSeconds(12)));
    return text.toString();
  }

  @Test
  void saysWhatEachDestinationGotAndStillLacks() {
    assertThat(text(LOCAL, OFFSITE).lines())
        .containsExactly(
            "Took      12.0 s",
            "",
            "  DESTINATION  STATE       BACKUPS BROUGHT  OBJECTS COPIED  HEALED  BYTES",
            "  local        complete    0                0               1       2.0 KiB",
            "  offsite      INCOMPLETE  2                140             0       3.0 MiB",
            "",
            "  offsite now has full-20240115-020000, full-20240116-020000",
            "",
            "  ERROR: offsite: is full",
            "    HINT: make room there",
            "");
  }

  @Test
  void oneThatHadEverythingIsOneLine() {
    assertThat(text(LOCAL)).doesNotContain("now has", "INCOMPLETE", "ERROR");
  }
}
