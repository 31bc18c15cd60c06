package io.tradingengine.backup;

import java.util.List;

/**
 * What retention removed. Immutable.
 *
 * @param destinations what happened in each destination, in the order configured
 */
public record ExpiryReport(List<DestinationOutcome> destinations) {

  public ExpiryReport {
    destinations = List.copyOf(destinations);
  }

  /**
   * What happened in one destination.
   *
   * @param destination its name
   * @param expired the backups that are gone, oldest first
   * @param objects how many objects were removed
   * @param bytes what they took up
   * @param findings what could not be removed now, such as an object under Object Lock; the next
   *     run tries again
   */
  public record DestinationOutcome(
      String destination,
      List<BackupId> expired,
      long objects,
      long bytes,
      List<Finding> findings) {

    public DestinationOutcome {
      expired = List.copyOf(expired);
      findings = List.copyOf(findings);
    }
  }
}
