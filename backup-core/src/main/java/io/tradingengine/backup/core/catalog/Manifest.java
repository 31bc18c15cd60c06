package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.BackupMetadata.MissingSource;
import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.spi.Sha256;
import io.tradingengine.backup.spi.SourceState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * All that has to be known to read a backup. Immutable, and consistent in itself: every object has
 * the name that its place demands, and every artifact is covered by its volumes without gap or
 * overlap.
 *
 * @param id the backup
 * @param parent the backup that an incremental one builds on; empty for a full one
 * @param system the system's name
 * @param repository the repository's id
 * @param run when it was made, and by what
 * @param storage how it is stored
 * @param previous the manifest before it; empty for a repository's first
 * @param sources what each source gave, in the order configured
 * @param missing the optional sources that the backup has to do without
 * @param index the object that holds the artifacts' indexes
 * @param destinations the names of the destinations that it goes to; where it is, only a listing
 *     tells
 * @param findings what was seen on the way
 */
public record Manifest(
    BackupId id,
    Optional<BackupId> parent,
    String system,
    UUID repository,
    Run run,
    Storage storage,
    Optional<Previous> previous,
    List<CapturedSource> sources,
    List<MissingSource> missing,
    Volume index,
    List<String> destinations,
    List<Finding> findings) {

  public Manifest {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(parent, "parent");
    Objects.requireNonNull(system, "system");
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(storage, "storage");
    Objects.requireNonNull(previous, "previous");
    sources = List.copyOf(sources);
    missing = List.copyOf(missing);
    Objects.requireNonNull(index, "index");
    destinations = List.copyOf(destinations);
    findings = List.copyOf(findings);
    ManifestCheck.check(id, storage.codec(), sources, index);
    ManifestCheck.checkMissing(sources, missing);
    ManifestCheck.checkParents(id, parent, sources);
  }

  /**
   * When a backup was made, and by what.
   *
   * @param startedAt when it was begun
   * @param finishedAt when all its volumes were durable
   * @param toolVersion the version of this library
   */
  public record Run(Instant startedAt, Instant finishedAt, String toolVersion) {
    public Run {
      Objects.requireNonNull(startedAt, "startedAt");
      Objects.requireNonNull(finishedAt, "finishedAt");
      Objects.requireNonNull(toolVersion, "toolVersion");
    }
  }

  /**
   * How a backup is stored.
   *
   * @param codec what compressed its volumes
   * @param encryption the type of what encrypted them, such as {@code openpgp}
   */
  public record Storage(Codec codec, String encryption) {
    public Storage {
      Objects.requireNonNull(codec, "codec");
      Objects.requireNonNull(encryption, "encryption");
    }
  }

  /**
   * A link of the chain of manifests.
   *
   * @param id the backup whose manifest it is
   * @param sha256 the digest of that manifest, as it is stored
   */
  public record Previous(BackupId id, Sha256 sha256) {
    public Previous {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(sha256, "sha256");
    }
  }

  /**
   * What one source gave.
   *
   * @param name the source's name, and that of its folder
   * @param type its provider's type
   * @param parent the backup on whose part of this source this one builds; empty if it stands on
   *     its own
   * @param startedAt when its capture began
   * @param finishedAt when its capture ended
   * @param state what the source says of itself
   * @param artifacts its streams, in the order in which they were finished
   */
  public record CapturedSource(
      String name,
      String type,
      Optional<BackupId> parent,
      Instant startedAt,
      Instant finishedAt,
      SourceState state,
      List<Artifact> artifacts) {

    public CapturedSource {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(parent, "parent");
      Objects.requireNonNull(startedAt, "startedAt");
      Objects.requireNonNull(finishedAt, "finishedAt");
      Objects.requireNonNull(state, "state");
      artifacts = List.copyOf(artifacts);
    }

    /** An artifact by its name. */
    public Optional<Artifact> artifact(String artifact) {
      return artifacts.stream().filter(each -> each.name().equals(artifact)).findFirst();
    }

    /** Bytes before compression and encryption. */
    public long size() {
      return artifacts.stream().mapToLong(Artifact::size).sum();
    }

    /** Bytes in a destination. */
    public long storedSize() {
      return artifacts.stream()
          .flatMap(artifact -> artifact.volumes().stream())
          .mapToLong(Volume::storedSize)
          .sum();
    }

    private BackupMetadata.SourceSummary summary() {
      return new BackupMetadata.SourceSummary(
          name,
          type,
          parent,
          storedSize(),
          size(),
          state.asOf(),
          Duration.between(startedAt, finishedAt),
          state.attributes());
    }
  }

  /** A source by its name. */
  public Optional<CapturedSource> source(String name) {
    return sources.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /** Every object that the backup is made of, the manifest itself and its signature aside. */
  public Stream<Volume> volumes() {
    return Stream.concat(
        sources.stream()
            .flatMap(source -> source.artifacts().stream())
            .flatMap(artifact -> artifact.volumes().stream()),
        Stream.of(index));
  }

  /**
   * What applications are told of it.
   *
   * @param where the names of the destinations that hold it, the nearest first
   * @param pinned whether it is kept whatever the retention policy says
   */
  public BackupMetadata metadata(List<String> where, boolean pinned) {
    return new BackupMetadata(
        id,
        parent,
        system,
        run.startedAt(),
        run.finishedAt(),
        index.storedSize() + sources.stream().mapToLong(CapturedSource::storedSize).sum(),
        sources.stream().mapToLong(CapturedSource::size).sum(),
        sources.stream().map(CapturedSource::summary).toList(),
        missing,
        findings,
        run.toolVersion(),
        where,
        pinned);
  }
}
