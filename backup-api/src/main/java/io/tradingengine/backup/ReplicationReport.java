package io.tradingengine.backup;

import java.time.Duration;
import java.util.List;

/**
 * What a replication did. Immutable.
 *
 * @param destinations what happened to each destination, in the order configured
 * @param duration how long it took
 */
public record ReplicationReport(List<DestinationOutcome> destinations, Duration duration) {

  public ReplicationReport {
    destinations = List.copyOf(destinations);
  }

  /** Whether every destination now has all that it is to have. */
  public boolean complete() {
    return destinations.stream().allMatch(DestinationOutcome::complete);
  }

  /**
   * What happened to one destination.
   *
   * @param destination its name
   * @param backups the backups that it has now and did not have, or not whole, before
   * @param copied objects that it lacked and got
   * @param healed objects that were damaged and were replaced by whole ones
   * @param bytes how much was copied
   * @param findings what could not be done, an error each
   */
  public record DestinationOutcome(
      String destination,
      List<BackupId> backups,
      long copied,
      long healed,
      long bytes,
      List<Finding> findings) {

    public DestinationOutcome {
      backups = List.copyOf(backups);
      findings = List.copyOf(findings);
    }

    /** Whether it now has all that it is to have. */
    public boolean complete() {
      return findings.stream().noneMatch(each -> each.severity() == Finding.Severity.ERROR);
    }
  }
}
