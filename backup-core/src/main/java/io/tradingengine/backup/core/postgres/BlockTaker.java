package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.IntegrityException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/** Puts those blocks of a member in their places that an assembly takes from it. Thread-safe. */
final class BlockTaker implements PieceTaker {
  /** So many pages are still in the processor's cache when they are written after their checks. */
  private static final int STEP = 32;

  private final Assembly.Share share;
  private final AssembledFile file;
  private final int pageSize;
  private final byte[] header;
  private final AtomicLong missing;
  private final AtomicInteger crc = new AtomicInteger();

  BlockTaker(Assembly.Share share, AssembledFile file, int pageSize) {
    this.share = share;
    this.file = file;
    this.pageSize = pageSize;
    this.header = share.member().blocks().map(BlockMap::header).orElseGet(() -> new byte[0]);
    this.missing = new AtomicLong(share.member().size());
  }

  @Override
  public Member member() {
    return share.member();
  }

  @Override
  public long take(long at, ByteBuffer piece) throws IOException, InterruptedException {
    prove(at, piece.duplicate());
    long given = 0;
    long position = at;
    while (piece.hasRemaining()) {
      int count =
          position < header.length ? compareHeader(position, piece) : skipOrGive(position, piece);
      given += Math.max(0, count);
      position += Math.abs(count);
    }
    return given;
  }

  /** What a manifest says of a file has to be true, also where not all of it is taken. */
  private void prove(long at, ByteBuffer piece) throws MismatchException {
    Optional<ManifestFile> expected = member().expected();
    if (expected.isEmpty() || expected.get().algorithm() != ManifestChecksum.CRC32C) {
      return;
    }
    long length = piece.remaining();
    CRC32C own = new CRC32C();
    own.update(piece);
    int part = Crc32cCombiner.advance((int) own.getValue(), member().size() - at - length);
    crc.accumulateAndGet(part, (left, right) -> left ^ right);
    if (missing.addAndGet(-length) == 0) {
      RestoredFile.compare(expected.get(), ManifestChecksum.hex(crc.get()));
    }
  }

  /** Gives the negative number of bytes that were passed over. */
  private int compareHeader(long position, ByteBuffer piece) {
    int count = (int) Math.min(piece.remaining(), header.length - position);
    ByteBuffer expected = ByteBuffer.wrap(header, (int) position, count);
    if (!piece.slice(piece.position(), count).equals(expected)) {
      throw new IntegrityException(
          member().name(),
          "has other blocks than the artifact '" + BlockMaps.ARTIFACT + "' says",
          "restore another backup",
          null);
    }
    piece.position(piece.position() + count);
    return -count;
  }

  /** Gives the number of bytes that were taken, or the negative number of those passed over. */
  private int skipOrGive(long position, ByteBuffer piece) throws IOException, InterruptedException {
    long inBlocks = position - header.length;
    int place = (int) (inBlocks / pageSize);
    int offset = (int) (inBlocks % pageSize);
    int block = block(place);
    boolean taken = block >= 0 && share.blocks().get(block);
    int run = run(place, taken, Math.min((piece.remaining() + offset) / pageSize + 1, STEP));
    int count = (int) Math.min(piece.remaining(), (long) run * pageSize - offset);
    if (taken) {
      file.accept((long) block * pageSize + offset, piece.slice(piece.position(), count));
    }
    piece.position(piece.position() + count);
    return taken ? count : -count;
  }

  /** How many places from there on are alike, and blocks that follow one another. */
  private int run(int place, boolean taken, int most) {
    int run = 1;
    while (run < most) {
      int next = block(place + run);
      boolean alike =
          next >= 0
              && share.blocks().get(next) == taken
              && (!taken || next == block(place + run - 1) + 1);
      if (!alike) {
        break;
      }
      run++;
    }
    return run;
  }

  /** The block at a place of the member; -1 after its last one. */
  private int block(int place) {
    BlockMap map = member().blocks().orElse(null);
    if (map == null) {
      return place;
    }
    return place < map.count() ? map.block(place) : -1;
  }
}
