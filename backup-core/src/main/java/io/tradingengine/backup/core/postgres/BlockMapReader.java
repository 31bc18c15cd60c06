package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the header of an incremental file from pieces of any size. Used once, by one thread. */
final class BlockMapReader {
  private final int pageSize;
  private final long pagesPerSegment;
  private final long fileSize;
  private ByteBuffer header = ByteBuffer.allocate(BlockMap.FIXED).order(ByteOrder.LITTLE_ENDIAN);
  private boolean sized;

  /**
   * @param fileSize how long the whole file is, in bytes
   */
  BlockMapReader(PageLayout layout, long fileSize) {
    this.pageSize = layout.pageSize();
    this.pagesPerSegment = layout.pagesPerSegment();
    this.fileSize = fileSize;
  }

  /**
   * Takes a piece of the file, as far as it belongs to the header.
   *
   * @return whether the header is whole now
   */
  boolean accept(ByteBuffer piece) throws IOException {
    fill(piece);
    if (!header.hasRemaining() && !sized) {
      size();
      fill(piece);
    }
    return sized && !header.hasRemaining();
  }

  private void fill(ByteBuffer piece) {
    int count = Math.min(header.remaining(), piece.remaining());
    header.put(piece.slice(piece.position(), count));
    piece.position(piece.position() + count);
  }

  /** The fixed part is there, and says how long the rest is. */
  private void size() throws IOException {
    int count = header.getInt(Integer.BYTES);
    if (header.getInt(0) != BlockMap.MAGIC || count < 0 || count > pagesPerSegment) {
      throw new IOException("the server's base backup is not understood: no incremental file");
    }
    int length = (int) BlockMap.headerLength(count, pageSize);
    if (fileSize != length + (long) count * pageSize) {
      throw new IOException(
          "the server's base backup is not understood: an incremental file of "
              + count
              + " blocks has "
              + fileSize
              + " bytes");
    }
    ByteBuffer whole = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    header = whole.put(header.flip());
    sized = true;
  }

  /**
   * What the header says, once it is whole.
   *
   * @throws UnusableParentException if the server counted wrong
   */
  BlockMap map() throws IOException {
    int[] blocks = new int[header.getInt(Integer.BYTES)];
    header
        .slice(BlockMap.FIXED, blocks.length * Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer()
        .get(blocks);
    int truncation = header.getInt(2 * Integer.BYTES);
    if (truncation > pagesPerSegment) {
      // PostgreSQL 17 and 18 did so, before it was mended, where a relation was cut that still has
      // further segments. Its own pg_combinebackup refuses such a file.
      throw new UnusableParentException(
          "the server says that a segment has "
              + truncation
              + " blocks, more than fit into one (mended in later releases of PostgreSQL)");
    }
    if (blocks.length > 0 && blocks[blocks.length - 1] >= pagesPerSegment) {
      throw new IOException(
          "the server's base backup is not understood: block "
              + blocks[blocks.length - 1]
              + " of a segment");
    }
    try {
      return new BlockMap(pageSize, truncation, blocks);
    } catch (IllegalArgumentException e) {
      throw new IOException("the server's base backup is not understood: " + e.getMessage(), e);
    }
  }
}
