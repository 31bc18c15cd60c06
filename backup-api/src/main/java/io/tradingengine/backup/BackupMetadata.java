package io.tradingengine.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a finished backup: from its manifest, and from where it was found. Immutable.
 *
 * @param backupId its name
 * @param parent the backup that an incremental one builds on; empty for a full one
 * @param system the system's name, as configured
 * @param startedAt when it was begun
 * @param finishedAt when all of it was durable
 * @param size bytes that it takes up in a destination
 * @param plainSize bytes before compression and encryption
 * @param sources what each source gave, in the order configured
 * @param missing the optional sources that it has to do without, in no order
 * @param findings what was seen on the way, such as a page with a wrong checksum
 * @param toolVersion the version of this library that wrote it
 * @param destinations the names of the destinations that hold it, the nearest first; empty where
 *     nobody has looked
 * @param pinned whether it is kept whatever the retention policy says
 */
public record BackupMetadata(
    BackupId backupId,
    Optional<BackupId> parent,
    String system,
    Instant startedAt,
    Instant finishedAt,
    long size,
    long plainSize,
    List<SourceSummary> sources,
    List<MissingSource> missing,
    List<Finding> findings,
    String toolVersion,
    List<String> destinations,
    boolean pinned) {

  public BackupMetadata {
    Objects.requireNonNull(backupId, "backupId");
    Objects.requireNonNull(parent, "parent");
    sources = List.copyOf(sources);
    missing = List.copyOf(missing);
    findings = List.copyOf(findings);
    destinations = List.copyOf(destinations);
  }

  /** The same, with one thing more that was seen. */
  public BackupMetadata with(Finding finding) {
    List<Finding> all = new ArrayList<>(findings);
    all.add(finding);
    return new BackupMetadata(
        backupId,
        parent,
        system,
        startedAt,
        finishedAt,
        size,
        plainSize,
        sources,
        missing,
        all,
        toolVersion,
        destinations,
        pinned);
  }

  public BackupKind kind() {
    return backupId.kind();
  }

  /**
   * Whether something is wrong with what was backed up, though the backup itself is whole: there
   * are warnings, or optional sources are missing.
   */
  public boolean degraded() {
    return !missing.isEmpty()
        || findings.stream().anyMatch(finding -> finding.severity() != Finding.Severity.INFO);
  }

  public Duration duration() {
    return Duration.between(startedAt, finishedAt);
  }

  /**
   * How far apart the states of the sources lie: the time between the earliest and the latest
   * {@link SourceSummary#asOf()}. Zero with a single source.
   */
  public Duration spread() {
    List<Instant> instants = sources.stream().map(SourceSummary::asOf).sorted().toList();
    return instants.isEmpty()
        ? Duration.ZERO
        : Duration.between(instants.get(0), instants.get(instants.size() - 1));
  }

  /**
   * An optional source that a backup does not have.
   *
   * @param name the source's name
   * @param type its provider's type
   * @param reason why it could not be captured
   */
  public record MissingSource(String name, String type, String reason) {
    public MissingSource {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * What one source gave.
   *
   * @param name the source's name
   * @param type its provider's type
   * @param parent the backup on whose part of this source this one builds; empty if it stands on
   *     its own, as some do in an incremental backup, too
   * @param size bytes in a destination
   * @param plainSize bytes before compression and encryption
   * @param asOf the instant whose state a restore of it brings back; for what is no point in time,
   *     such as a tree of files, the instant at which its capture ended
   * @param duration how long the capture took
   * @param attributes what the source says of its state, such as {@code stop-lsn}
   */
  public record SourceSummary(
      String name,
      String type,
      Optional<BackupId> parent,
      long size,
      long plainSize,
      Instant asOf,
      Duration duration,
      Map<String, String> attributes) {

    public SourceSummary {
      Objects.requireNonNull(parent, "parent");
      Objects.requireNonNull(asOf, "asOf");
      attributes = Map.copyOf(attributes);
    }
  }
}
