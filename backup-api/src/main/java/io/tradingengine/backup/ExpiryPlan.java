package io.tradingengine.backup;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What retention is going to remove, what it keeps, and why. Immutable; it can be printed, recorded
 * and executed.
 *
 * @param plannedAt the instant that it was planned for
 * @param destinations what happens in each destination that has a policy, in the order configured
 */
public record ExpiryPlan(Instant plannedAt, List<DestinationPlan> destinations) {

  public ExpiryPlan {
    Objects.requireNonNull(plannedAt, "plannedAt");
    destinations = List.copyOf(destinations);
  }

  /** Whether there is nothing to remove. */
  public boolean isEmpty() {
    return destinations.stream()
        .allMatch(each -> each.expired().isEmpty() && each.objects().isEmpty());
  }

  /**
   * What happens in one destination.
   *
   * @param destination its name
   * @param policy its policy, in words
   * @param backups what happens to each backup that it holds, oldest first
   * @param objects what else is removed: WAL, command streams, recovery points and notes that no
   *     kept backup and no instant of the window needs, by kind
   * @param findings what is worth knowing, such as a clock that was set back
   */
  public record DestinationPlan(
      String destination,
      String policy,
      List<Decision> backups,
      List<Removal> objects,
      List<Finding> findings) {

    public DestinationPlan {
      backups = List.copyOf(backups);
      objects = List.copyOf(objects);
      findings = List.copyOf(findings);
    }

    /** The backups that are removed, oldest first. */
    public List<Decision> expired() {
      return backups.stream().filter(each -> each.fate() == Fate.EXPIRE).toList();
    }
  }

  /** What happens to a backup. */
  public enum Fate {
    KEEP,
    EXPIRE
  }

  /**
   * What happens to one backup.
   *
   * @param backup which one
   * @param fate what happens
   * @param reasons why, such as {@code daily 2024-01-15}; at least one
   * @param size bytes that it takes up
   */
  public record Decision(BackupId backup, Fate fate, List<String> reasons, long size) {
    public Decision {
      Objects.requireNonNull(backup, "backup");
      Objects.requireNonNull(fate, "fate");
      reasons = List.copyOf(reasons);
      if (reasons.isEmpty()) {
        throw new IllegalArgumentException(backup + " needs a reason");
      }
    }
  }

  /**
   * Objects that are removed together.
   *
   * @param prefix what their keys start with
   * @param count how many
   * @param bytes what they take up
   * @param reason why nobody needs them
   */
  public record Removal(String prefix, long count, long bytes, String reason) {}
}
