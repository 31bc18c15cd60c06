package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.Retention;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what a destination keeps, from what is in it: touches nothing, and the same input in any
 * order gives the same plan. Immutable.
 */
public final class RetentionPlanner {
  private final Retention policy;
  private final ZoneId zone;

  /**
   * A planner.
   *
   * @param policy how long backups are kept
   * @param zone whose days, weeks and months count
   */
  public RetentionPlanner(Retention policy, ZoneId zone) {
    this.policy = Objects.requireNonNull(policy, "policy");
    this.zone = Objects.requireNonNull(zone, "zone");
  }

  /** What is to be done now. */
  public RetentionPlan plan(History history, Instant now) {
    return new Planning(history, new Request(policy, zone, now, now, Optional.empty())).plan();
  }

  /**
   * What is to be done of a plan that was made before: all of it that is still right. What was not
   * in it stays; so do backups that were begun since, and they displace none.
   *
   * @param history what there is by now
   * @param approved the plan; nothing happens to a destination that it does not name
   */
  public RetentionPlan plan(History history, Instant now, ExpiryPlan approved) {
    Instant asOf = approved.plannedAt().isBefore(now) ? approved.plannedAt() : now;
    Set<BackupId> ids = new HashSet<>();
    Set<String> prefixes = new HashSet<>();
    for (ExpiryPlan.DestinationPlan each : approved.destinations()) {
      if (each.destination().equals(history.destination())) {
        each.expired().forEach(decision -> ids.add(decision.backup()));
        each.objects().forEach(removal -> prefixes.add(removal.prefix()));
      }
    }
    Request request = new Request(policy, zone, now, asOf, Optional.of(ids));
    return new Planning(history, request).plan(prefixes::contains);
  }
}
