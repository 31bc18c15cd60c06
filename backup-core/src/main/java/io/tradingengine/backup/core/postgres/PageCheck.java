package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.function.IntUnaryOperator;

/**
 * Checks the pages of one relation file after another, while they pass by in pieces of any size.
 * Not safe for concurrent use.
 *
 * <p>A page of zeros is one that PostgreSQL has added and not used yet.
 */
final class PageCheck {
  /** Is told of pages that are not what PostgreSQL wrote. */
  interface Failures {
    /**
     * A page's checksum is wrong.
     *
     * @param block its number in the relation, counted from the first segment on
     * @param lsn what the page says of its last change
     */
    void failed(String path, long block, Lsn lsn);
  }

  /** Where the words of a page's header stand. */
  private static final int LSN_HIGH = 0;

  private static final int LSN_LOW = 1;
  private static final int CHECKSUM_AND_FLAGS = 2;
  private static final int LOWER_AND_UPPER = 3;

  private final PageLayout layout;
  private final Failures failures;
  private final PageChecksum checksum = new PageChecksum();
  private final int[] words;
  private final ByteBuffer partial;
  private String path = "";
  private int block;
  private int place;
  private IntUnaryOperator blocks = IntUnaryOperator.identity();

  PageCheck(PageLayout layout, Failures failures) {
    this.layout = layout;
    this.failures = failures;
    this.words = new int[layout.pageSize() / Integer.BYTES];
    this.partial = ByteBuffer.allocate(layout.pageSize()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Begins a file.
   *
   * @param firstBlock the number of its first page, counted from the relation's first segment on
   */
  void begin(String path, long firstBlock) {
    begin(path, firstBlock, IntUnaryOperator.identity());
  }

  /**
   * Begins a file that does not have all blocks.
   *
   * @param firstBlock the number of the segment's first block in the relation
   * @param blocks the number in the segment of the block at each place, from 0 on
   */
  void begin(String path, long firstBlock, IntUnaryOperator blocks) {
    this.path = path;
    this.block = (int) firstBlock;
    this.blocks = blocks;
    place = 0;
    partial.clear();
  }

  /** Checks the pages in the next piece of the file, which is consumed. */
  void accept(ByteBuffer piece) {
    if (partial.position() > 0) {
      fillPartial(piece);
    }
    int pages = piece.remaining() / layout.pageSize();
    if (pages > 0) {
      IntBuffer view = piece.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
      for (int page = 0; page < pages; page++) {
        view.get(page * words.length, words);
        checkPage();
      }
      piece.position(piece.position() + pages * layout.pageSize());
    }
    if (piece.hasRemaining()) {
      fillPartial(piece);
    }
  }

  private void fillPartial(ByteBuffer piece) {
    int count = Math.min(piece.remaining(), partial.remaining());
    partial.put(piece.slice(piece.position(), count));
    piece.position(piece.position() + count);
    if (!partial.hasRemaining()) {
      partial.flip().asIntBuffer().get(words);
      partial.clear();
      checkPage();
    }
  }

  private void checkPage() {
    int number = block + blocks.applyAsInt(place++);
    int upper = words[LOWER_AND_UPPER] >>> 16;
    if (upper == 0) {
      if (!isZero()) {
        failures.failed(path, Integer.toUnsignedLong(number), lsn());
      }
      return;
    }
    int stored = words[CHECKSUM_AND_FLAGS] & 0xFFFF;
    words[CHECKSUM_AND_FLAGS] &= 0xFFFF_0000;
    if (checksum.of(words, number) != stored) {
      failures.failed(path, Integer.toUnsignedLong(number), lsn());
    }
  }

  private Lsn lsn() {
    return new Lsn((long) words[LSN_HIGH] << 32 | (words[LSN_LOW] & 0xFFFF_FFFFL));
  }

  private boolean isZero() {
    for (int word : words) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }
}
