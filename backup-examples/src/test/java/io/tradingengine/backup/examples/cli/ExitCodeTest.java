package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.ReplicationReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
  private static final Finding INFO = Finding.info("s", "i");
  private static final Finding WARNING = Finding.warning("s", "w", "");
  private static final Finding ERROR = Finding.error("s", "e", "");

  @Test
  void theWorstFindingDecides() {
    assertThat(ExitCode.of(List.of()).code()).isZero();
    assertThat(ExitCode.of(List.of(INFO)).code()).isZero();
    assertThat(ExitCode.of(List.of(WARNING, INFO)).code()).isEqualTo(3);
    assertThat(ExitCode.of(List.of(ERROR, WARNING)).code()).isEqualTo(1);
  }

  @Test
  void aReplicationFailsOnlyIfItLeftNoDestinationComplete() {
    assertThat(replication(List.of(), List.of(INFO))).isEqualTo(ExitCode.DONE);
    assertThat(replication(List.of(), List.of(WARNING))).isEqualTo(ExitCode.DEGRADED);
    assertThat(replication(List.of(), List.of(ERROR))).isEqualTo(ExitCode.DEGRADED);
    assertThat(replication(List.of(ERROR), List.of(ERROR))).isEqualTo(ExitCode.FAILED);
    assertThat(ExitCode.of(new ReplicationReport(List.of(), Duration.ZERO)))
        .isEqualTo(ExitCode.DONE);
  }

  private static ExitCode replication(List<Finding> local, List<Finding> offsite) {
    return ExitCode.of(
        new ReplicationReport(
            List.of(
                new ReplicationReport.DestinationOutcome("local", List.of(), 0, 0, 0, local),
                new ReplicationReport.DestinationOutcome("offsite", List.of(), 0, 0, 0, offsite)),
            Duration.ZERO));
  }

  @Test
  void whatCannotBeRemovedNowDegradesAnExpiry() {
    ExpiryPlan quiet = plan(INFO);
    assertThat(ExitCode.of(quiet)).isEqualTo(ExitCode.DONE);
    assertThat(ExitCode.of(plan(WARNING))).isEqualTo(ExitCode.DEGRADED);
    assertThat(ExitCode.of(quiet, report(INFO))).isEqualTo(ExitCode.DONE);
    assertThat(ExitCode.of(quiet, report(WARNING))).isEqualTo(ExitCode.DEGRADED);
    assertThat(ExitCode.of(quiet, report(ERROR))).isEqualTo(ExitCode.DEGRADED);
    assertThat(ExitCode.of(plan(WARNING), report(INFO))).isEqualTo(ExitCode.DEGRADED);
  }

  private static ExpiryPlan plan(Finding finding) {
    return new ExpiryPlan(
        Instant.EPOCH,
        List.of(
            new ExpiryPlan.DestinationPlan(
                "local", "7 daily", List.of(), List.of(), List.of(finding))));
  }

  private static ExpiryReport report(Finding finding) {
    return new ExpiryReport(
        List.of(new ExpiryReport.DestinationOutcome("local", List.of(), 0, 0, List.of(finding))));
  }
}
