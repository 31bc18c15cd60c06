package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.VolumeOptions;
import io.tradingengine.backup.core.volume.VolumeReader;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.IncrementalSource;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * The backup that an incremental one builds on, as far as its sources look at it: from this host's
 * memory, or from a destination where there is the secret key. Thread-safe.
 */
final class Parent implements AutoCloseable {
  private final Manifest manifest;
  private final Optional<Memory> memory;
  private final Encryptor encryptor;
  private final VolumeReader reader;

  /**
   * Opens it.
   *
   * @param nearestFirst where it can be read
   */
  Parent(
      Manifest manifest, Optional<Memory> memory, Encryptor encryptor, List<Target> nearestFirst) {
    this.manifest = manifest;
    this.memory = memory;
    this.encryptor = encryptor;
    int largest = manifest.volumes().mapToInt(volume -> (int) volume.size()).max().orElse(1);
    this.reader =
        new VolumeReader(
            new VolumeOptions(manifest.storage().codec(), 1, Math.max(1, largest), 1),
            encryptor,
            new Copies(nearestFirst));
  }

  BackupId id() {
    return manifest.id();
  }

  /** What a source gave to it; empty if there is nothing that the source could build on. */
  Optional<Captured> of(Source source) {
    return source instanceof IncrementalSource
        ? manifest
            .source(source.name())
            .filter(part -> part.type().equals(source.type()))
            .map(Part::new)
        : Optional.empty();
  }

  @Override
  public void close() {
    reader.close();
  }

  private InputStream open(Manifest.CapturedSource part, Artifact artifact) throws IOException {
    Optional<InputStream> remembered =
        memory.isPresent() ? memory.get().open(id(), part.name(), artifact) : Optional.empty();
    if (remembered.isPresent()) {
      return remembered.get();
    }
    if (!encryptor.canDecrypt()) {
      throw new UnusableParentException(
          "this host has no secret key to read "
              + id()
              + (memory.isPresent()
                  ? ", and does not remember it"
                  : ", and no folder to remember it (incremental.memory)"));
    }
    return reader.open(artifact, 0);
  }

  /** One source's part of it. */
  private final class Part implements Captured {
    private final Manifest.CapturedSource source;

    Part(Manifest.CapturedSource source) {
      this.source = source;
    }

    @Override
    public BackupId backupId() {
      return id();
    }

    @Override
    public SourceState state() {
      return source.state();
    }

    @Override
    public List<ArtifactInfo> artifacts() {
      return StoredCapture.artifacts(source);
    }

    @Override
    public List<IndexEntry> index(String artifact) {
      throw new UnsupportedOperationException("the index of a backup to build on is not read");
    }

    @Override
    public InputStream open(String name, long offset) throws IOException {
      Artifact artifact =
          source
              .artifact(name)
              .orElseThrow(
                  () -> new UnusableParentException(id() + " has no artifact '" + name + "'"));
      InputStream in = Parent.this.open(source, artifact);
      in.skipNBytes(offset);
      return in;
    }

    @Override
    public void readParallel(String artifact, ChunkConsumer consumer) {
      throw new UnsupportedOperationException("a backup to build on is not read in parallel");
    }
  }
}
