package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.spi.ObjectInfo;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is going to happen in one destination, to the last object. Immutable.
 *
 * @param summary what people are told of it
 * @param at the instant by which holds count as ended
 * @param doomed the backups to remove, children before their parents
 * @param unfinished backups whose removal was begun and left them without a manifest
 * @param unmark backups that are marked for removal and stay
 * @param groups the objects outside of backups that are removed
 */
public record RetentionPlan(
    ExpiryPlan.DestinationPlan summary,
    Instant at,
    List<Doomed> doomed,
    List<BackupId> unfinished,
    List<BackupId> unmark,
    List<Group> groups) {

  public RetentionPlan {
    Objects.requireNonNull(summary, "summary");
    Objects.requireNonNull(at, "at");
    doomed = List.copyOf(doomed);
    unfinished = List.copyOf(unfinished);
    unmark = List.copyOf(unmark);
    groups = List.copyOf(groups);
  }

  /** Whether there is nothing to do. */
  public boolean isEmpty() {
    return doomed.isEmpty() && unfinished.isEmpty() && unmark.isEmpty() && groups.isEmpty();
  }

  /**
   * A backup that is removed.
   *
   * @param id its name
   * @param parent what it builds on; stays as long as this does
   * @param reason why
   * @param notes the proofs that go with it
   */
  public record Doomed(
      BackupId id, Optional<BackupId> parent, String reason, List<ObjectInfo> notes) {
    public Doomed {
      notes = List.copyOf(notes);
    }
  }

  /**
   * Objects that are removed together, in key order.
   *
   * @param prefix what their keys start with
   * @param reason why nobody needs them
   * @param objects which ones
   */
  public record Group(String prefix, String reason, List<ObjectInfo> objects) {
    public Group {
      objects = List.copyOf(objects);
    }

    ExpiryPlan.Removal removal() {
      long bytes = objects.stream().mapToLong(ObjectInfo::length).sum();
      return new ExpiryPlan.Removal(prefix, objects.size(), bytes, reason);
    }
  }
}
