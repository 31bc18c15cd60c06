package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * Writes WAL as a tar archive of whole segments while it comes in, in order. Not safe for
 * concurrent use.
 */
final class WalArchive {
  private static final byte[] ZEROS = new byte[64 << 10];

  private final ArtifactStream out;
  private final int segmentSize;
  private final int timeline;
  private Lsn next;

  /**
   * @param start the first position that will be written, at a segment's begin
   */
  WalArchive(ArtifactStream out, int segmentSize, int timeline, Lsn start) {
    this.out = out;
    this.segmentSize = segmentSize;
    this.timeline = timeline;
    this.next = start;
  }

  /** The position after the last byte that was written. */
  Lsn position() {
    return next;
  }

  /** Writes a small file before the segments. */
  void writeFile(String name, byte[] content) throws IOException {
    begin(name, content.length);
    out.write(content);
    out.write(ZEROS, 0, TarHeader.padding(content.length));
  }

  /**
   * Writes the WAL that begins at {@code at}; {@code bytes} is consumed.
   *
   * @throws IOException if there is a gap before it
   */
  void write(Lsn at, ByteBuffer bytes) throws IOException {
    if (!at.equals(next)) {
      throw new IOException("the server sent WAL from " + at + " where " + next + " was due");
    }
    int end = bytes.limit();
    while (bytes.position() < end) {
      int offset = offsetInSegment();
      if (offset == 0) {
        begin(WalSegments.nameAt(timeline, next, segmentSize), segmentSize);
      }
      int count = Math.min(end - bytes.position(), segmentSize - offset);
      bytes.limit(bytes.position() + count);
      out.write(bytes);
      next = next.plus(count);
      bytes.limit(end);
    }
  }

  /**
   * Fills the last segment with zeros, as PostgreSQL fills what it has not written yet, and ends.
   */
  void finish() throws IOException {
    int offset = offsetInSegment();
    for (int rest = offset == 0 ? 0 : segmentSize - offset; rest > 0; ) {
      int count = Math.min(rest, ZEROS.length);
      out.write(ZEROS, 0, count);
      rest -= count;
    }
    out.write(ZEROS, 0, 2 * TarHeader.BLOCK);
    out.finish();
  }

  private int offsetInSegment() {
    return (int) next.minus(next.segmentStart(segmentSize));
  }

  private void begin(String name, long size) throws IOException {
    TarHeader header = TarHeader.file(name, size);
    out.write(header.encode(Instant.now()));
    out.index(
        new IndexEntry(name, header.type(), header.mode(), out.position(), size, header.link()));
  }
}
