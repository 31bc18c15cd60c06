package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A range of an object that is opened again where reading it failed. Objects are written once, so
 * what comes then is the rest of the same bytes. Not safe for concurrent use.
 */
final class ResumingInput extends InputStream {
  /** Opens what is left of the range. */
  @FunctionalInterface
  interface Opening {
    InputStream open(ByteRange rest) throws IOException;
  }

  private final Opening opening;
  private final ByteRange range;
  private final Retries retries;
  private @Nullable InputStream in;
  private long done;
  private boolean closed;

  /**
   * A stream that was just opened.
   *
   * @param range what {@code first} reads
   * @param first closed with this stream
   */
  ResumingInput(Opening opening, ByteRange range, InputStream first, Retries retries) {
    this.opening = opening;
    this.range = range;
    this.in = first;
    this.retries = retries;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (closed) {
      throw new IOException("the stream is closed");
    }
    if (length == 0) {
      return 0;
    }
    int count = retries.run(() -> readOnce(bytes, offset, length));
    done += Math.max(count, 0);
    return count;
  }

  private int readOnce(byte[] bytes, int offset, int length) throws IOException {
    InputStream current = in;
    if (current == null) {
      current = opening.open(rest());
      in = current;
    }
    try {
      return current.read(bytes, offset, length);
    } catch (IOException e) {
      in = null;
      closeAfter(e, current);
      throw e;
    }
  }

  private ByteRange rest() {
    boolean toTheEnd = range.length() == Long.MAX_VALUE;
    return new ByteRange(range.offset() + done, toTheEnd ? Long.MAX_VALUE : range.length() - done);
  }

  private static void closeAfter(IOException failure, InputStream broken) {
    try {
      broken.close();
    } catch (IOException e) {
      if (e != failure) {
        failure.addSuppressed(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    InputStream current = in;
    in = null;
    if (current != null) {
      current.close();
    }
  }
}
