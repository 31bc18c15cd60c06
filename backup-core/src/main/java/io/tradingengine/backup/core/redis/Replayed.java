package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Changes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** The commands that are applied to a snapshot, for reading. Used by one thread. */
final class Replayed {
  private static final int PIECE = 1 << 16;

  private final CommandRoute.Way way;
  private final Changes changes;

  Replayed(CommandRoute.Way way, Changes changes) {
    this.way = way;
    this.changes = changes;
  }

  CommandRoute.Way way() {
    return way;
  }

  /**
   * Reads all of them, and makes sure that they are whole commands.
   *
   * @throws IntegrityException if they are not what was archived
   */
  void verify() throws IOException {
    CommandScanner scanner = new CommandScanner();
    try {
      read((bytes, offset, length) -> scanner.scan(ByteBuffer.wrap(bytes, offset, length)));
    } catch (IntegrityException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("the archived commands cannot be applied: " + e.getMessage(), e);
    }
    if (scanner.boundary() != way.bytes()) {
      throw new IOException(
          "the archived commands end within a command or a transaction, at offset "
              + way.end().offset());
    }
  }

  /** Hands all bytes on, in order. */
  void read(PartReader.Tap tap) throws IOException {
    byte[] piece = new byte[PIECE];
    for (CommandRoute.Span span : way.spans()) {
      long rest = span.take();
      try (InputStream in = changes.open(span.name())) {
        in.skipNBytes(span.skip());
        while (rest > 0) {
          RestoreJob.throwIfInterrupted();
          int count = in.read(piece, 0, (int) Math.min(piece.length, rest));
          if (count < 0) {
            throw new IntegrityException(span.name(), "is shorter than its name says", null);
          }
          tap.accept(piece, 0, count);
          rest -= count;
        }
      }
    }
  }
}
