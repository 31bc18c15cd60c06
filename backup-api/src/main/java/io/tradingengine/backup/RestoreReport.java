package io.tradingengine.backup;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a restore has done. Immutable.
 *
 * @param backupId the backup that was restored
 * @param point the recovery point that the sources were taken to; empty if none was
 * @param sources what happened to each source, in order
 * @param findings what concerns the restore as a whole, such as a destination whose copy was
 *     damaged and another's was read
 * @param duration how long it took
 * @param predicted how long the plan had said
 */
public record RestoreReport(
    BackupId backupId,
    Optional<RecoveryPoint> point,
    List<RestoredSource> sources,
    List<Finding> findings,
    Duration duration,
    Duration predicted) {

  public RestoreReport {
    sources = List.copyOf(sources);
    findings = List.copyOf(findings);
  }

  /**
   * How far apart the sources' instants lie at the most; empty unless all of them are known. For a
   * recovery point, how long it took to sample.
   */
  public Optional<Duration> skew() {
    if (point.isPresent()) {
      return point.map(RecoveryPoint::skew);
    }
    List<Instant> known =
        sources.stream().flatMap(each -> each.reached().stream()).sorted().toList();
    return known.isEmpty() || known.size() < sources.size()
        ? Optional.empty()
        : Optional.of(Duration.between(known.get(0), known.get(known.size() - 1)));
  }

  /** Bytes that were written. */
  public long bytes() {
    return sources.stream().mapToLong(RestoredSource::bytes).sum();
  }

  /**
   * What happened to one source.
   *
   * @param name its name
   * @param reached the instant whose state it is in, by the clock of the host that backed it up;
   *     empty if only the restored server will know
   * @param targets the folders and files that were written
   * @param bytes how much was written
   * @param duration how long it took
   * @param findings what was seen, and where older data was moved to
   * @param nextSteps commands that the operator runs next, in order
   */
  public record RestoredSource(
      String name,
      Optional<Instant> reached,
      List<Path> targets,
      long bytes,
      Duration duration,
      List<Finding> findings,
      List<String> nextSteps) {

    public RestoredSource {
      targets = List.copyOf(targets);
      findings = List.copyOf(findings);
      nextSteps = List.copyOf(nextSteps);
    }
  }
}
