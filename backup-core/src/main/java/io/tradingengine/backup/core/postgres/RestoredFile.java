package io.tradingengine.backup.core.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file that is being restored from pieces which come in no order, and is checked against the
 * server's manifest once all are there. Safe for concurrent use.
 */
abstract sealed class RestoredFile implements PieceTaker permits DiskFile, HeldBackFile {
  private final Member member;
  private final AtomicLong missing;
  private final AtomicInteger crc = new AtomicInteger();

  RestoredFile(Member member) {
    this.member = member;
    this.missing = new AtomicLong(member.size());
  }

  @Override
  public final Member member() {
    return member;
  }

  /** Whether all its bytes have come and were what they had to be. */
  final boolean isComplete() {
    return missing.get() == 0;
  }

  /**
   * Takes a piece, which is consumed.
   *
   * @param at where the piece begins in the file
   * @throws MismatchException if the file is whole now and not what the manifest says
   */
  final void accept(long at, ByteBuffer piece) throws IOException, InterruptedException {
    int length = piece.remaining();
    int own = store(at, piece);
    int part = Crc32cCombiner.advance(own, member.size() - at - length);
    crc.accumulateAndGet(part, (left, right) -> left ^ right);
    if (missing.addAndGet(-length) == 0) {
      complete();
    }
  }

  @Override
  public final long take(long at, ByteBuffer piece) throws IOException, InterruptedException {
    long length = piece.remaining();
    accept(at, piece);
    return length;
  }

  /** The CRC-32C of the file, once it {@linkplain #isComplete is complete}. */
  final int crc() {
    return crc.get();
  }

  /** A file without bytes gets no piece: this stands in for one. */
  final void acceptNothing() throws IOException, InterruptedException {
    complete();
  }

  /**
   * Puts a piece where it belongs.
   *
   * @return the CRC-32C of the piece
   */
  abstract int store(long at, ByteBuffer piece) throws IOException;

  /** All pieces are stored. */
  abstract void complete() throws IOException, InterruptedException;

  /** Compares the CRC-32C, where that is what the manifest has. */
  final void checkCrc() throws MismatchException {
    ManifestFile expected = member.expected().orElse(null);
    if (expected != null && expected.algorithm() == ManifestChecksum.CRC32C) {
      compare(expected, ManifestChecksum.hex(crc.get()));
    }
  }

  /** Compares what was computed with the manifest. */
  static void compare(ManifestFile expected, String actual) throws MismatchException {
    if (!actual.equals(expected.checksum())) {
      throw new MismatchException(expected, actual);
    }
  }
}
