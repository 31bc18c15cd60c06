package io.tradingengine.backup.core.postgres.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Cuts the server's messages out of the byte stream. Reads as much as there is at a time into one
 * large buffer and shows each message in place: a base backup is gigabytes of small ones. Not safe
 * for concurrent use.
 */
final class FrameReader {
  /** No message that we ask for is longer; a longer one means that the framing is lost. */
  private static final int LONGEST_BODY = 64 << 20;

  private static final int HEADER = 5;

  /** Reads into what remains of a buffer, as a channel does; -1 at the end. */
  @FunctionalInterface
  interface ByteInput {
    int read(ByteBuffer into) throws IOException;
  }

  private final ByteInput in;
  private ByteBuffer buffer;
  private ByteBuffer body;
  private int next;

  /**
   * @param buffer what to read into, direct where {@code in} is a channel
   */
  FrameReader(ByteInput in, ByteBuffer buffer) {
    this.in = in;
    this.buffer = buffer.limit(0);
    this.body = buffer.duplicate();
  }

  /**
   * Goes to the next message.
   *
   * @return its type
   * @throws EOFException if the server has closed the connection
   */
  byte next() throws IOException {
    buffer.position(next);
    fill(HEADER);
    byte type = buffer.get();
    int length = buffer.getInt() - Integer.BYTES;
    if (length < 0 || length > LONGEST_BODY) {
      throw new IOException(
          "the server's answer is not understood: a message of type "
              + type
              + " with "
              + length
              + " bytes");
    }
    fill(length);
    next = buffer.position() + length;
    body.limit(next).position(buffer.position());
    return type;
  }

  /** The content of the message, valid until {@link #next()}. */
  ByteBuffer body() {
    return body;
  }

  /** Sees to it that {@code length} bytes remain in the buffer. */
  private void fill(int length) throws IOException {
    if (buffer.remaining() >= length) {
      return;
    }
    if (buffer.remaining() == 0) {
      buffer.limit(0);
    } else if (buffer.capacity() - buffer.position() < length) {
      makeRoom(length);
    }
    int start = buffer.position();
    int end = buffer.limit();
    buffer.limit(buffer.capacity());
    while (end - start < length) {
      buffer.position(end);
      int count = in.read(buffer);
      if (count < 0) {
        throw new EOFException("the server has closed the connection");
      }
      end += count;
    }
    buffer.limit(end).position(start);
  }

  private void makeRoom(int length) {
    if (length <= buffer.capacity()) {
      buffer.compact().flip();
      return;
    }
    ByteBuffer larger =
        buffer.isDirect() ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
    buffer = larger.put(buffer).flip();
    body = buffer.duplicate();
  }
}
