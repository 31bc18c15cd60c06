package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.ArtifactStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Keeps those pages of a segment that an earlier capture cannot have as they are. A page is left
 * out only if it is below the segment's length of then, has been used, and says of itself that it
 * was changed last before that capture began: a checkpoint had written it to the disk by then. A
 * page whose LSN is 0 has been initialised without a log record, and is kept; one of zeros, too.
 * Not safe for concurrent use.
 */
final class PageFilter implements AutoCloseable {
  private static final int UPPER_AT = 14;

  private final int pageSize;
  private final Lsn since;
  private final ByteBuffer partial;
  private final PageSpill pages = new PageSpill();
  private final Blocks kept = new Blocks();
  private int before;
  private int block;

  /**
   * @param since where the earlier capture began
   */
  PageFilter(int pageSize, Lsn since) {
    this.pageSize = pageSize;
    this.since = since;
    this.partial = ByteBuffer.allocate(pageSize).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Begins a segment.
   *
   * @param before how long the earlier capture has it, in blocks
   */
  void begin(int before) {
    this.before = before;
    block = 0;
    kept.clear();
    partial.clear();
  }

  /** Takes the next piece of the segment, which is consumed. */
  void accept(ByteBuffer piece) throws IOException {
    piece.order(ByteOrder.LITTLE_ENDIAN);
    if (partial.position() > 0) {
      fillPartial(piece);
    }
    while (piece.remaining() >= pageSize) {
      int at = piece.position();
      if (isKept(piece, at)) {
        pages.add(piece.slice(at, pageSize));
      }
      piece.position(at + pageSize);
    }
    if (piece.hasRemaining()) {
      fillPartial(piece);
    }
  }

  private void fillPartial(ByteBuffer piece) throws IOException {
    int count = Math.min(piece.remaining(), partial.remaining());
    partial.put(piece.slice(piece.position(), count));
    piece.position(piece.position() + count);
    if (!partial.hasRemaining()) {
      partial.flip();
      if (isKept(partial, 0)) {
        pages.add(partial);
      }
      partial.clear();
    }
  }

  private boolean isKept(ByteBuffer page, int at) {
    int number = block++;
    long lsn = (long) page.getInt(at) << 32 | (page.getInt(at + Integer.BYTES) & 0xFFFF_FFFFL);
    boolean old = lsn != 0 && Long.compareUnsigned(lsn, since.value()) < 0;
    if (old && number < before && page.getShort(at + UPPER_AT) != 0) {
      return false;
    }
    kept.add(number);
    return true;
  }

  /** Whether any page of the segment was left out. */
  boolean leftOut() {
    return kept.count() < block;
  }

  /** The segment is at its end: which of its blocks are kept. */
  BlockMap map() {
    return new BlockMap(pageSize, Math.min(before, block), kept.toArray());
  }

  /** Writes the pages that are kept. */
  void drainTo(ArtifactStream out) throws IOException {
    pages.drainTo(out);
  }

  @Override
  public void close() {
    pages.close();
  }
}
