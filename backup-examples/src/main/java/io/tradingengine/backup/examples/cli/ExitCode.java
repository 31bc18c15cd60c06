package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.ReplicationReport;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** How a command ended, as the shell sees it. */
enum ExitCode {
  /** Done, and nothing is wrong. */
  DONE(0),
  /** Not done; the standard error says why. */
  FAILED(1),
  /** The command line or the configuration is wrong; nothing was tried. */
  WRONG_USE(2),
  /** Done, but there are warnings that somebody should look at. */
  DEGRADED(3);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** How a command that did its work ends. */
  static ExitCode of(boolean degraded) {
    return degraded ? DEGRADED : DONE;
  }

  /** How a command that did its work ends when it has found this. */
  static ExitCode of(Collection<Finding> findings) {
    ExitCode worst = DONE;
    for (Finding finding : findings) {
      switch (finding.severity()) {
        case INFO -> {}
        case WARNING -> worst = worst == DONE ? DEGRADED : worst;
        case ERROR -> worst = FAILED;
      }
    }
    return worst;
  }

  /** How a replication ends: failed only if it was of no use to any destination. */
  static ExitCode of(ReplicationReport report) {
    List<ReplicationReport.DestinationOutcome> outcomes = report.destinations();
    boolean inVain =
        !outcomes.isEmpty()
            && outcomes.stream().noneMatch(ReplicationReport.DestinationOutcome::complete);
    return inVain
        ? FAILED
        : of(isRemarkable(outcomes.stream().flatMap(each -> each.findings().stream())));
  }

  /** How showing what would be removed ends. */
  static ExitCode of(ExpiryPlan plan) {
    return of(isRemarkable(findings(plan)));
  }

  /** How removing it ends; what could not be removed now is left to the next run. */
  static ExitCode of(ExpiryPlan plan, ExpiryReport report) {
    return of(
        isRemarkable(
            Stream.concat(
                findings(plan),
                report.destinations().stream().flatMap(each -> each.findings().stream()))));
  }

  private static Stream<Finding> findings(ExpiryPlan plan) {
    return plan.destinations().stream().flatMap(each -> each.findings().stream());
  }

  private static boolean isRemarkable(Stream<Finding> findings) {
    return findings.anyMatch(each -> each.severity() != Finding.Severity.INFO);
  }
}
