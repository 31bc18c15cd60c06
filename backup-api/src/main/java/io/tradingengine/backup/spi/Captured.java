package io.tradingengine.backup.spi;

import io.tradingengine.backup.BackupId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What one source gave to one backup, for reading. Every byte is checked against the manifest
 * before it is handed out. Safe for concurrent use.
 */
public interface Captured {

  /** The backup that it stands in. */
  BackupId backupId();

  /** What the source said of it. */
  SourceState state();

  /** The artifacts, in the order in which they were finished. */
  List<ArtifactInfo> artifacts();

  /** The files recorded for an artifact, in the order of their offsets. */
  List<IndexEntry> index(String artifact) throws IOException;

  /**
   * The plain stream of an artifact from {@code offset} on. Later volumes are read ahead in
   * parallel.
   *
   * @throws IOException if it cannot be read
   * @throws io.tradingengine.backup.IntegrityException if a stored object is not what was written
   */
  InputStream open(String artifact, long offset) throws IOException;

  /**
   * Writes an artifact once more, with the files recorded for it.
   *
   * @throws IOException if it cannot be read or written
   */
  default void copy(ArtifactInfo artifact, ArtifactSink out) throws IOException {
    try (InputStream in = open(artifact.name(), 0);
        ArtifactStream stream = out.create(artifact.name(), artifact.extension())) {
      for (IndexEntry entry : index(artifact.name())) {
        stream.index(entry);
      }
      in.transferTo(stream);
      stream.finish();
    }
  }

  /**
   * Reads a whole artifact with all workers. {@code consumer} is called concurrently, in no order,
   * and together the calls cover every byte once. Returns when all calls have returned; the first
   * failure stops all.
   */
  void readParallel(String artifact, ChunkConsumer consumer)
      throws IOException, InterruptedException;

  /**
   * An artifact as the manifest has it.
   *
   * @param name its name
   * @param extension what its plain stream is; empty for none
   * @param size the length of its plain stream, in bytes
   * @param storedSize what it takes up in a destination, in bytes
   */
  record ArtifactInfo(String name, String extension, long size, long storedSize) {}

  /** Takes pieces of an artifact's plain stream. */
  @FunctionalInterface
  interface ChunkConsumer {
    /**
     * Takes one piece.
     *
     * @param offset where the piece stands in the plain stream
     * @param bytes the piece; valid only during the call, and may be consumed
     */
    void accept(long offset, ByteBuffer bytes) throws IOException;
  }
}
