package io.tradingengine.backup;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a restore has done. Immutable.
 *
 * @param backupId the backup that was restored
 * @param sources what happened to each source, in order
 * @param findings what concerns the restore as a whole, such as a destination whose copy was
 *     damaged and another's was read
 * @param duration how long it took
 * @param predicted how long the plan had said
 */
public record RestoreReport(
    BackupId backupId,
    List<RestoredSource> sources,
    List<Finding> findings,
    Duration duration,
    Duration predicted) {

  public RestoreReport {
    sources = List.copyOf(sources);
    findings = List.copyOf(findings);
  }

  /** Bytes that were written. */
  public long bytes() {
    return sources.stream().mapToLong(RestoredSource::bytes).sum();
  }

  /**
   * What happened to one source.
   *
   * @param name its name
   * @param targets the folders and files that were written
   * @param bytes how much was written
   * @param duration how long it took
   * @param findings what was seen, and where older data was moved to
   * @param nextSteps commands that the operator runs next, in order
   */
  public record RestoredSource(
      String name,
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
