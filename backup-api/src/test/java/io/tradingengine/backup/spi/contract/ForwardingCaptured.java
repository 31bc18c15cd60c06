package io.tradingengine.backup.spi.contract;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** A capture that is another one, but for what a test changes about it. */
public abstract class ForwardingCaptured implements Captured {
  private final Captured captured;

  protected ForwardingCaptured(Captured captured) {
    this.captured = captured;
  }

  @Override
  public BackupId backupId() {
    return captured.backupId();
  }

  @Override
  public SourceState state() {
    return captured.state();
  }

  @Override
  public List<ArtifactInfo> artifacts() {
    return captured.artifacts();
  }

  @Override
  public List<IndexEntry> index(String artifact) throws IOException {
    return captured.index(artifact);
  }

  @Override
  public InputStream open(String artifact, long offset) throws IOException {
    return captured.open(artifact, offset);
  }

  @Override
  public void readParallel(String artifact, ChunkConsumer consumer)
      throws IOException, InterruptedException {
    captured.readParallel(artifact, consumer);
  }
}
