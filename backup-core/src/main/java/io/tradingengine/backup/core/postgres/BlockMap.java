package io.tradingengine.backup.core.postgres;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * Which blocks of a relation's segment an incremental file holds, as the file's header says it (in
 * PostgreSQL, {@code GetIncrementalHeaderSize} and {@code sendFile}): magic, number of blocks,
 * truncation length and block numbers, 32 bits each, little endian, then zeros up to a whole page
 * if there is any block. Immutable.
 */
final class BlockMap {
  static final int MAGIC = 0xd3ae1f0d;

  /** Magic, count, truncation length. */
  static final int FIXED = 3 * Integer.BYTES;

  private final int pageSize;
  private final int truncation;
  private final int cut;
  private final int[] blocks;

  /**
   * @param pageSize bytes in a block
   * @param truncation what the header says of it: the segment is at least that long, in blocks
   * @param blocks numbers within the segment, ascending; not copied
   * @throws IllegalArgumentException if they are not ascending from 0 on
   */
  BlockMap(int pageSize, int truncation, int[] blocks) {
    this(pageSize, truncation, truncation, blocks);
  }

  private BlockMap(int pageSize, int truncation, int cut, int[] blocks) {
    if (truncation < 0 || cut < 0 || cut > truncation) {
      throw new IllegalArgumentException("cut to " + cut + " of " + truncation + " blocks");
    }
    int last = -1;
    for (int block : blocks) {
      if (block <= last) {
        throw new IllegalArgumentException("block " + block + " after block " + last);
      }
      last = block;
    }
    this.pageSize = pageSize;
    this.truncation = truncation;
    this.cut = cut;
    this.blocks = blocks;
  }

  /**
   * The same for a segment that is known to have been shorter meanwhile.
   *
   * @param length in blocks
   */
  BlockMap cutAt(int length) {
    return new BlockMap(pageSize, truncation, Math.min(cut, length), blocks);
  }

  /**
   * The shortest that the segment has been since the capture that this builds on, in blocks: what
   * is not here is as it was then below that, and zeros from there on.
   */
  int cut() {
    return cut;
  }

  int truncation() {
    return truncation;
  }

  int count() {
    return blocks.length;
  }

  /** The number of the block that stands at that place, from 0 on. */
  int block(int place) {
    return blocks[place];
  }

  /** How long the segment was at the capture, in blocks. */
  int length() {
    return blocks.length == 0 ? truncation : Math.max(truncation, blocks[blocks.length - 1] + 1);
  }

  /** How long the segment was at the capture, in bytes. */
  long bytes() {
    return (long) length() * pageSize;
  }

  int pageSize() {
    return pageSize;
  }

  /** The blocks that are here. */
  BitSet toBits() {
    BitSet bits = new BitSet(length());
    for (int block : blocks) {
      bits.set(block);
    }
    return bits;
  }

  /** How long the header is, in bytes. */
  static long headerLength(int count, int pageSize) {
    long length = FIXED + (long) Integer.BYTES * count;
    return count == 0 ? length : (length + pageSize - 1) / pageSize * pageSize;
  }

  /** How long the file is, in bytes. */
  long fileLength() {
    return headerLength(blocks.length, pageSize) + (long) blocks.length * pageSize;
  }

  /** The header as it stands in the file. */
  byte[] header() {
    ByteBuffer header =
        ByteBuffer.allocate(Math.toIntExact(headerLength(blocks.length, pageSize)))
            .order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(MAGIC).putInt(blocks.length).putInt(truncation);
    for (int block : blocks) {
      header.putInt(block);
    }
    return header.array();
  }
}
