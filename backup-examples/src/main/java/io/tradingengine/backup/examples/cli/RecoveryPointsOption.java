package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.RecoveryPoint;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --points}, and which of them. */
final class RecoveryPointsOption {
  private static final Duration DEFAULT = Duration.ofHours(24);

  @Option(
      names = "--points",
      required = true,
      description = "List the recovery points instead of the backups. Needs the secret key.")
  private boolean wanted;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = Instants.class,
      description = "No earlier points (default: 24 hours before --until).")
  private Optional<Instant> since = Optional.empty();

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = Instants.class,
      description = "No later points (default: now).")
  private Optional<Instant> until = Optional.empty();

  boolean wanted() {
    return wanted;
  }

  List<RecoveryPoint> ask(BackupManager manager, Clock clock) {
    Instant end = until.orElseGet(clock::instant);
    Instant begin = since.orElseGet(() -> end.minus(DEFAULT));
    if (begin.isAfter(end)) {
      throw new WrongUseException("--since is after --until", "exchange them");
    }
    return manager.recoveryPoints(begin, end);
  }
}
