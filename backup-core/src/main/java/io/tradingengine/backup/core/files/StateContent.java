package io.tradingengine.backup.core.files;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.Captured.ArtifactInfo;
import io.tradingengine.backup.spi.Captured.ChunkConsumer;
import io.tradingengine.backup.spi.Changes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** The bytes of a state that is restored, from wherever they are. */
interface StateContent {

  /** How many there are; may have to read them all. */
  long size() throws IOException;

  /** All of them, from the first. */
  InputStream open() throws IOException;

  /** Hands out every byte once, perhaps concurrently. */
  void readAll(ChunkConsumer consumer) throws IOException, InterruptedException;

  /** What a capture holds. */
  record OfCapture(String source, Captured captured) implements StateContent {

    @Override
    public long size() {
      return captured.artifacts().stream()
          .filter(artifact -> artifact.name().equals(StateSource.ARTIFACT))
          .mapToLong(ArtifactInfo::size)
          .findFirst()
          .orElseThrow(
              () ->
                  new BackupException(
                      "the backup's source '"
                          + source
                          + "' has no artifact '"
                          + StateSource.ARTIFACT
                          + "'"));
    }

    @Override
    public InputStream open() throws IOException {
      return captured.open(StateSource.ARTIFACT, 0);
    }

    @Override
    public void readAll(ChunkConsumer consumer) throws IOException, InterruptedException {
      captured.readParallel(StateSource.ARTIFACT, consumer);
    }
  }

  /** A version. */
  record OfVersion(String piece, Changes changes) implements StateContent {

    @Override
    public long size() throws IOException {
      try (InputStream in = open()) {
        byte[] buffer = new byte[Archive.BUFFER];
        long size = 0;
        for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
          size += got;
        }
        return size;
      }
    }

    @Override
    public InputStream open() throws IOException {
      return changes.open(piece);
    }

    @Override
    public void readAll(ChunkConsumer consumer) throws IOException, InterruptedException {
      try (InputStream in = open()) {
        byte[] buffer = new byte[Archive.BUFFER];
        long offset = 0;
        for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
          if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while reading " + piece);
          }
          consumer.accept(offset, ByteBuffer.wrap(buffer, 0, got));
          offset += got;
        }
      }
    }
  }
}
