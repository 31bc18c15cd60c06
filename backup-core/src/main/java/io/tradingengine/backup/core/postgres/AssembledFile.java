package io.tradingengine.backup.core.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A file that is put together from blocks of several captures, which come in pieces and in no
 * order. The checksum of each page is looked at on the way. Thread-safe.
 */
final class AssembledFile {
  private static final int ZEROS = 1 << 20;

  private final DiskFile file;
  private final Optional<AssembledPages> pages;
  private final int pageSize;
  private final long firstBlock;

  /** Pages that came in two pieces, of which one is here. */
  private final Map<Integer, Fragment> fragments = new HashMap<>();

  private static final class Fragment {
    private final byte[] page;
    private int filled;

    Fragment(int pageSize) {
      page = new byte[pageSize];
    }
  }

  /**
   * @param file takes the bytes
   * @param pages looks at pages; empty where they have no checksums
   * @param firstBlock the number in its relation of the file's first block
   */
  AssembledFile(DiskFile file, Optional<AssembledPages> pages, int pageSize, long firstBlock) {
    this.file = file;
    this.pages = pages;
    this.pageSize = pageSize;
    this.firstBlock = firstBlock;
  }

  DiskFile file() {
    return file;
  }

  /** Takes a piece, which is consumed. */
  void accept(long at, ByteBuffer piece) throws IOException, InterruptedException {
    if (pages.isPresent()) {
      check(at, piece.duplicate(), pages.get());
    }
    file.accept(at, piece);
  }

  /** Writes pages that no capture has. */
  void acceptZeros(BitSet blocks) throws IOException, InterruptedException {
    if (blocks.isEmpty()) {
      return;
    }
    ByteBuffer zeros =
        ByteBuffer.allocate((int) Math.min(ZEROS, (long) blocks.length() * pageSize));
    for (int from = blocks.nextSetBit(0); from >= 0; ) {
      int to = blocks.nextClearBit(from);
      long end = (long) to * pageSize;
      for (long at = (long) from * pageSize; at < end; ) {
        int count = (int) Math.min(zeros.capacity(), end - at);
        file.accept(at, zeros.clear().limit(count));
        at += count;
      }
      from = blocks.nextSetBit(to);
    }
  }

  private void check(long at, ByteBuffer piece, AssembledPages checks) {
    int block = (int) (at / pageSize);
    int offset = (int) (at % pageSize);
    if (offset > 0) {
      addFragment(
          block, offset, cut(piece, Math.min(pageSize - offset, piece.remaining())), checks);
      block++;
    }
    int whole = piece.remaining() / pageSize;
    if (whole > 0) {
      checks.check(name(), firstBlock + block, cut(piece, whole * pageSize));
    }
    if (piece.hasRemaining()) {
      addFragment(block + whole, 0, piece, checks);
    }
  }

  private String name() {
    return file.member().name();
  }

  private static ByteBuffer cut(ByteBuffer piece, int length) {
    ByteBuffer cut = piece.slice(piece.position(), length);
    piece.position(piece.position() + length);
    return cut;
  }

  /** A page whose other part is in another piece. */
  private void addFragment(int block, int offset, ByteBuffer part, AssembledPages checks) {
    Fragment fragment;
    synchronized (fragments) {
      fragment = fragments.computeIfAbsent(block, each -> new Fragment(pageSize));
      int length = part.remaining();
      part.get(fragment.page, offset, length);
      fragment.filled += length;
      if (fragment.filled < pageSize) {
        return;
      }
      fragments.remove(block);
    }
    checks.check(name(), firstBlock + block, ByteBuffer.wrap(fragment.page));
  }
}
