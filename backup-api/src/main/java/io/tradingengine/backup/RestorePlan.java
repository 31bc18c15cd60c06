package io.tradingengine.backup;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a restore is going to do. Immutable; it can be printed, shown to somebody, and executed.
 *
 * @param request what was asked for
 * @param backup the backup that was picked
 * @param replays whether archived changes are applied to it
 * @param point the recovery point that the sources are taken to; empty if none is
 * @param steps what happens to each source, in order
 * @param findings what concerns the restore as a whole, such as a source that the backup does not
 *     have
 * @param readBytes bytes that are read from the destination
 * @param predicted how long it is going to take, from a measured sample of this backup
 */
public record RestorePlan(
    RestoreRequest request,
    BackupMetadata backup,
    boolean replays,
    Optional<RecoveryPoint> point,
    List<Step> steps,
    List<Finding> findings,
    long readBytes,
    Duration predicted) {

  public RestorePlan {
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(point, "point");
    steps = List.copyOf(steps);
    findings = List.copyOf(findings);
  }

  /** Bytes that are written. */
  public long writeBytes() {
    return steps.stream().mapToLong(Step::bytes).sum();
  }

  /** What stands in the way; the plan executes only if there is nothing. */
  public List<Finding> obstacles() {
    return Stream.concat(
            findings.stream(), steps.stream().flatMap(step -> step.findings().stream()))
        .filter(finding -> finding.severity() == Finding.Severity.ERROR)
        .toList();
  }

  /** Whether nothing stands in the way. */
  public boolean executable() {
    return obstacles().isEmpty();
  }

  /**
   * What happens to one source.
   *
   * @param source its name
   * @param type its provider's type
   * @param targets the folders and files that are written
   * @param bytes how much is written
   * @param findings what stands in the way, and what is worth knowing
   */
  public record Step(
      String source, String type, List<Path> targets, long bytes, List<Finding> findings) {

    public Step {
      targets = List.copyOf(targets);
      findings = List.copyOf(findings);
    }
  }
}
