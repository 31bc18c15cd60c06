package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.catalog.IndexFile;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.VolumeReader;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** What one source gave to one backup, read from a destination. Thread-safe. */
final class StoredCapture implements Captured {
  private final BackupId backupId;
  private final Manifest.CapturedSource source;
  private final IndexFile index;
  private final VolumeReader reader;

  StoredCapture(
      BackupId backupId, Manifest.CapturedSource source, IndexFile index, VolumeReader reader) {
    this.backupId = backupId;
    this.source = source;
    this.index = index;
    this.reader = reader;
  }

  @Override
  public BackupId backupId() {
    return backupId;
  }

  @Override
  public SourceState state() {
    return source.state();
  }

  @Override
  public List<ArtifactInfo> artifacts() {
    return artifacts(source);
  }

  static List<ArtifactInfo> artifacts(Manifest.CapturedSource source) {
    return source.artifacts().stream()
        .map(
            artifact ->
                new ArtifactInfo(
                    artifact.name(), artifact.extension(), artifact.size(), artifact.storedSize()))
        .toList();
  }

  @Override
  public List<IndexEntry> index(String artifact) {
    return index.entries(source.name(), artifact);
  }

  @Override
  public InputStream open(String artifact, long offset) throws IOException {
    return reader.open(find(artifact), offset);
  }

  @Override
  public void readParallel(String artifact, ChunkConsumer consumer)
      throws IOException, InterruptedException {
    reader.readParallel(find(artifact), consumer);
  }

  private Artifact find(String name) {
    return source
        .artifact(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    backupId + "/" + source.name() + " has no artifact '" + name + "'"));
  }
}
