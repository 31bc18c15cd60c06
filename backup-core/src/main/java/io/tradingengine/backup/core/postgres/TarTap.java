package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.IndexEntry;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads along in a tar stream that passes by in pieces of any size, and tells of its members. Not
 * safe for concurrent use.
 */
final class TarTap {
  /** Is told of an archive's members, in their order. */
  interface Members {
    /** A member begins; its data stand from {@code entry.offset()} on. */
    void begin(IndexEntry entry) throws IOException;

    /** A piece of the member's data, valid during the call; may be consumed. */
    void data(ByteBuffer piece) throws IOException;

    /** The member is at its end. */
    default void end() throws IOException {}
  }

  private enum State {
    HEADER,
    DATA,
    PADDING,
    END
  }

  private final Members members;
  private final byte[] header = new byte[TarHeader.BLOCK];
  private int headerLength;
  private State state = State.HEADER;
  private long position;
  private long remaining;
  private int padding;

  TarTap(Members members) {
    this.members = members;
  }

  /** Reads a piece of the stream; {@code piece} keeps its position. */
  void accept(ByteBuffer piece) throws IOException {
    ByteBuffer in = piece.duplicate();
    while (in.hasRemaining()) {
      int before = in.position();
      switch (state) {
        case HEADER -> header(in);
        case DATA -> data(in);
        case PADDING -> padding(in);
        case END -> in.position(in.limit());
      }
      position += in.position() - before;
    }
  }

  /**
   * Says that the stream is at its end.
   *
   * @throws IOException if the archive is not
   */
  void finish() throws IOException {
    if (state != State.END) {
      throw new IOException("the archive is not complete: it ends after " + position + " bytes");
    }
  }

  private void header(ByteBuffer in) throws IOException {
    int count = Math.min(in.remaining(), TarHeader.BLOCK - headerLength);
    in.get(header, headerLength, count);
    headerLength += count;
    if (headerLength < TarHeader.BLOCK) {
      return;
    }
    headerLength = 0;
    if (TarHeader.isEnd(header)) {
      state = State.END;
      return;
    }
    TarHeader found = TarHeader.parse(header);
    members.begin(
        new IndexEntry(
            found.path(),
            found.type(),
            found.mode(),
            position + count,
            found.size(),
            found.link()));
    remaining = found.size();
    padding = TarHeader.padding(found.size());
    state = State.DATA;
    endOfData();
  }

  private void data(ByteBuffer in) throws IOException {
    int count = (int) Math.min(in.remaining(), remaining);
    members.data(in.slice(in.position(), count));
    in.position(in.position() + count);
    remaining -= count;
    endOfData();
  }

  /** The header of the member that is just begun, as it stands in the archive; not a copy. */
  byte[] header() {
    return header;
  }

  private void endOfData() throws IOException {
    if (remaining == 0) {
      members.end();
      state = padding == 0 ? State.HEADER : State.PADDING;
    }
  }

  private void padding(ByteBuffer in) {
    int count = Math.min(in.remaining(), padding);
    in.position(in.position() + count);
    padding -= count;
    if (padding == 0) {
      state = State.HEADER;
    }
  }
}
