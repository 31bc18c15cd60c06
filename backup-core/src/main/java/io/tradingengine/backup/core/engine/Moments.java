package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.RestoreTarget;
import io.tradingengine.backup.core.point.PointStore;
import io.tradingengine.backup.spi.SourceNames;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Finds out what a restore's target means in this repository. */
final class Moments {
  private static final String POSTGRES = "postgres";
  private static final int MOST_NAMES = 10;

  private final BackupConfig config;
  private final PointStore points;

  Moments(BackupConfig config, PointStore points) {
    this.config = config;
    this.points = points;
  }

  /**
   * Finds the moment.
   *
   * @param newestBackup when the newest backup was whole; empty if there is none
   * @throws BackupException if there is no such moment, or not for all sources
   */
  Moment find(RestoreRequest request, Optional<Instant> newestBackup) throws IOException {
    RestoreTarget target = request.target();
    if (target instanceof RestoreTarget.Backup) {
      return Moment.ofBackup();
    } else if (target instanceof RestoreTarget.Newest) {
      return newest(request, newestBackup);
    } else if (target instanceof RestoreTarget.Time time) {
      return atTime(request, time);
    } else if (target instanceof RestoreTarget.Point point) {
      return named(point);
    } else if (target instanceof RestoreTarget.Position position) {
      return atPosition(request, position);
    }
    requirePostgresOnly(request, "only PostgreSQL knows transactions and its own restore points");
    return new Moment(target, Optional.empty(), List.of());
  }

  private Moment newest(RestoreRequest request, Optional<Instant> newestBackup) throws IOException {
    Optional<RecoveryPoint> newest = points.last(Instant.MAX, any -> true);
    if (newest.isPresent()) {
      boolean older = newestBackup.filter(backup -> backup.isAfter(newest.get().at())).isPresent();
      return older ? Moment.ofBackup() : new Moment(request.target(), newest, List.of());
    }
    return postgresOnly(request)
        ? new Moment(request.target(), Optional.empty(), List.of())
        : Moment.ofBackup();
  }

  private Moment atTime(RestoreRequest request, RestoreTarget.Time time) throws IOException {
    Optional<RecoveryPoint> point = points.last(time.instant(), any -> true);
    if (point.isEmpty()) {
      if (postgresOnly(request)) {
        return new Moment(time, Optional.empty(), List.of());
      }
      throw new BackupException(
          "There is no recovery point at or before " + time.instant(),
          points.objects().stream()
              .findFirst()
              .map(first -> "the first is of " + first.from())
              .orElse(
                  "nothing was archived; restore a backup as it is, or PostgreSQL alone if its WAL"
                      + " was"),
          null);
    }
    Duration before = Duration.between(point.get().at(), time.instant());
    List<Finding> findings =
        before.compareTo(Duration.ofMinutes(1)) <= 0
            ? List.of()
            : List.of(
                Finding.warning(
                    "recovery point",
                    "the last one before "
                        + time.instant()
                        + " is of "
                        + point.get().at()
                        + ", "
                        + before.toSeconds()
                        + " s earlier",
                    "nothing changed in between, or archiving was not at work"));
    return new Moment(time, point, findings);
  }

  private Moment named(RestoreTarget.Point target) throws IOException {
    Optional<RecoveryPoint> point = points.named(target.name());
    if (point.isEmpty()) {
      List<String> names = points.names(MOST_NAMES);
      throw new BackupException(
          "There is no recovery point '" + target.name() + "'",
          names.isEmpty() ? "none was marked" : "the last ones are " + String.join(", ", names),
          null);
    }
    return new Moment(target, point, List.of());
  }

  private Moment atPosition(RestoreRequest request, RestoreTarget.Position target)
      throws IOException {
    if (postgresOnly(request)) {
      return new Moment(target, Optional.empty(), List.of());
    }
    List<String> servers = names(request, POSTGRES);
    if (servers.size() != 1) {
      throw new BackupException(
          "An LSN is a position of one PostgreSQL server, and the restore has " + servers.size(),
          "name the source to restore",
          null);
    }
    Optional<RecoveryPoint> point =
        points.last(Instant.MAX, each -> isAtOrBefore(each, servers.get(0), target.lsn()));
    return new Moment(
        target,
        Optional.of(
            point.orElseThrow(
                () ->
                    new BackupException(
                        "There is no recovery point at or before " + target.lsn(),
                        "so nobody knows where the other sources stood; restore PostgreSQL alone"
                            + " with its name",
                        null))),
        List.of());
  }

  private static boolean isAtOrBefore(RecoveryPoint point, String server, Lsn lsn) {
    RecoveryPoint.Sample sample = point.sources().get(server);
    return sample != null && new Lsn(sample.first()).compareTo(lsn) <= 0;
  }

  private void requirePostgresOnly(RestoreRequest request, String why) {
    if (!postgresOnly(request)) {
      throw new BackupException(
          "This target is not one of all sources: " + why,
          "restore PostgreSQL alone with its name, and the others to a time or a recovery point",
          null);
    }
  }

  private boolean postgresOnly(RestoreRequest request) {
    return names(request, POSTGRES).size() == names(request, "").size();
  }

  /** The names of the sources to restore, of that type; of any for an empty one. */
  private List<String> names(RestoreRequest request, String type) {
    return config.sources().stream()
        .filter(each -> type.isEmpty() || each.type().equals(type))
        .map(SourceNames::of)
        .filter(each -> request.sources().isEmpty() || request.sources().contains(each))
        .toList();
  }
}
