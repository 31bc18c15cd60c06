package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.Captured;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Hands the pieces of an artifact's stream to the files that they belong to, and passes over the
 * headers between them. Safe for concurrent use.
 */
final class PieceRouter implements Captured.ChunkConsumer {
  private final List<? extends PieceTaker> files;
  private final LongConsumer progress;

  /**
   * Hands to those files.
   *
   * @param files those that have bytes, in the order of their offsets
   */
  PieceRouter(List<? extends PieceTaker> files, LongConsumer progress) {
    this.files = files;
    this.progress = progress;
  }

  @Override
  public void accept(long offset, ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    int start = bytes.position();
    int end = bytes.limit();
    long given = 0;
    try {
      for (int i = firstEndingAfter(offset); i < files.size(); i++) {
        PieceTaker file = files.get(i);
        Member member = file.member();
        long from = Math.max(offset, member.offset());
        long to = Math.min(offset + length, member.end());
        if (from >= to) {
          break;
        }
        bytes.limit(start + (int) (to - offset)).position(start + (int) (from - offset));
        given += file.take(from - member.offset(), bytes);
        bytes.limit(end);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted while restoring").initCause(e);
    }
    bytes.position(end);
    progress.accept(given);
  }

  private int firstEndingAfter(long offset) {
    int low = 0;
    int high = files.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (files.get(middle).member().end() > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
