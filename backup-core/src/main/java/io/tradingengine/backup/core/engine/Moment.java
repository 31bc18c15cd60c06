package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RecoveryPoint.Sample;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreTarget;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.spi.Goal;
import io.tradingengine.backup.spi.LoggedSource;
import io.tradingengine.backup.spi.StreamPosition;
import java.util.List;
import java.util.Optional;

/**
 * What a restore's target has come to.
 *
 * @param target what was asked for
 * @param point the recovery point that says where each source is taken to; empty if there is none
 * @param findings what is worth knowing of it
 */
record Moment(RestoreTarget target, Optional<RecoveryPoint> point, List<Finding> findings) {
  private static final String POSTGRES = "postgres";

  Moment {
    findings = List.copyOf(findings);
  }

  /** Every source as its backup has it. */
  static Moment ofBackup() {
    return new Moment(new RestoreTarget.Backup(), Optional.empty(), List.of());
  }

  /** The moment that a plan has found. */
  static Moment of(RestorePlan plan) {
    return plan.replays()
        ? new Moment(plan.request().target(), plan.point(), List.of())
        : ofBackup();
  }

  /** Whether anything is applied to the backup. */
  boolean replays() {
    return !(target instanceof RestoreTarget.Backup);
  }

  /** Where one source is taken to; empty for its part of the backup as it is. */
  Optional<Goal> goal(Manifest.CapturedSource captured, LoggedSource source) {
    boolean postgres = captured.type().equals(POSTGRES);
    if (target instanceof RestoreTarget.Position position && postgres) {
      return source
          .positionOf(captured.state())
          .map(at -> new Goal.At(new StreamPosition(at.stream(), position.lsn().value())));
    }
    if (target instanceof RestoreTarget.Transaction transaction) {
      return Optional.of(new Goal.Transaction(transaction.id()));
    }
    if (target instanceof RestoreTarget.RestorePoint named) {
      return Optional.of(new Goal.Named(named.name()));
    }
    if (point.isEmpty()) {
      return target instanceof RestoreTarget.Time time && postgres
          ? Optional.of(new Goal.Time(time.instant()))
          : end();
    }
    Sample sample = point.get().sources().get(captured.name());
    return Optional.ofNullable(sample)
        .map(at -> new Goal.At(new StreamPosition(at.stream(), at.first())));
  }

  private Optional<Goal> end() {
    return target instanceof RestoreTarget.Newest ? Optional.of(new Goal.End()) : Optional.empty();
  }
}
