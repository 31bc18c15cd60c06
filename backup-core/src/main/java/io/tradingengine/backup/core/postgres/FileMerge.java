package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.IntegrityException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Puts one file together in its order, one window after another: so blocks that lie scattered over
 * many captures are fetched from each of these once for a window. Used once, by one thread.
 */
final class FileMerge {
  private final Assembly assembly;
  private final LinkCursors cursors;
  private final byte[] window;
  private final int pageSize;
  private final List<Part> parts = new ArrayList<>();

  /** Looks at whole pages, which may be consumed. */
  interface Pages {
    void check(long firstBlock, ByteBuffer pages);
  }

  /**
   * @param window room for as much as is put together at once: a page at the least
   */
  FileMerge(Assembly assembly, LinkCursors cursors, byte[] window) {
    this.assembly = assembly;
    this.cursors = cursors;
    this.window = window;
    this.pageSize = assembly.newest().blocks().orElseThrow().pageSize();
  }

  /**
   * Writes the file.
   *
   * @param pages looks at each page by its number in the file
   * @return its CRC-32C
   */
  int writeTo(OutputStream out, Pages pages) throws IOException {
    for (Assembly.Share share : assembly.shares()) {
      parts.add(new Part(share));
    }
    CRC32C crc = new CRC32C();
    int blocks = assembly.newest().blocks().orElseThrow().length();
    int atOnce = window.length / pageSize;
    for (int from = 0; from < blocks; from += atOnce) {
      int to = Math.min(blocks, from + atOnce);
      int length = (to - from) * pageSize;
      for (Part part : parts) {
        part.fill(from, to);
      }
      fillZeros(from, to);
      crc.update(window, 0, length);
      pages.check(from, ByteBuffer.wrap(window, 0, length));
      out.write(window, 0, length);
    }
    return (int) crc.getValue();
  }

  private void fillZeros(int from, int to) {
    BitSet zeros = assembly.zeros();
    for (int begin = zeros.nextSetBit(from); begin >= 0 && begin < to; ) {
      int end = Math.min(zeros.nextClearBit(begin), to);
      Arrays.fill(window, (begin - from) * pageSize, (end - from) * pageSize, (byte) 0);
      begin = zeros.nextSetBit(end);
    }
  }

  /** What one capture gives, in the order of its blocks. */
  private final class Part {
    private final Assembly.Share share;
    private final long begin;
    private int place;

    Part(Assembly.Share share) throws IOException {
      this.share = share;
      byte[] header = share.member().blocks().map(BlockMap::header).orElseGet(() -> new byte[0]);
      byte[] there = new byte[header.length];
      cursors.read(share.link(), share.member().offset(), there, 0, there.length);
      if (!Arrays.equals(header, there)) {
        throw new IntegrityException(
            share.member().name(),
            "has other blocks than the artifact '" + BlockMaps.ARTIFACT + "' says",
            "take a full backup",
            null);
      }
      this.begin = share.member().offset() + header.length;
    }

    /** Puts those of its blocks into the window that belong there. */
    void fill(int from, int to) throws IOException {
      BitSet taken = share.blocks();
      for (int block = taken.nextSetBit(from); block >= 0 && block < to; ) {
        int end = Math.min(taken.nextClearBit(block), to);
        cursors.read(
            share.link(),
            begin + (long) placeOf(block) * pageSize,
            window,
            (block - from) * pageSize,
            (end - block) * pageSize);
        block = taken.nextSetBit(end);
      }
    }

    /** Where a block stands in the member; blocks that follow one another do so there, too. */
    private int placeOf(int block) {
      BlockMap map = share.member().blocks().orElse(null);
      if (map == null) {
        return block;
      }
      while (map.block(place) < block) {
        place++;
      }
      return place;
    }
  }
}
