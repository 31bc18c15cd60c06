package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/**
 * Moves no more than so many bytes a second, to and from a destination together, whatever the
 * number of threads. Safe for concurrent use.
 */
final class Throttled extends ForwardingDestination {
  private final Bandwidth bandwidth;
  private final boolean comparesHere;

  private Throttled(Destination inner, Bandwidth bandwidth) {
    super(inner);
    this.bandwidth = bandwidth;
    this.comparesHere = comparesHere(inner);
  }

  /**
   * Slows {@code destination} down.
   *
   * @param bytesPerSecond in both directions together, from 1
   */
  static Destination around(Destination destination, long bytesPerSecond) {
    return new Throttled(destination, new Bandwidth(bytesPerSecond));
  }

  /**
   * Whether {@link Destination#holds} is the interface's own, which reads all bytes here, and not
   * an override that has the store read them.
   */
  private static boolean comparesHere(Destination destination) {
    try {
      return destination
          .getClass()
          .getMethod("holds", ObjectKey.class, Content.class)
          .getDeclaringClass()
          .equals(Destination.class);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void put(ObjectKey key, Content content) throws IOException {
    inner().put(key, new SlowContent(content, bandwidth));
  }

  @Override
  public InputStream open(ObjectKey key, ByteRange range) throws IOException {
    return new SlowInput(inner().open(key, range), bandwidth);
  }

  /** What is read here to compare is paid for; what the store reads by itself costs nothing. */
  @Override
  public boolean holds(ObjectKey key, Content content) throws IOException {
    Content slow = new SlowContent(content, bandwidth);
    return comparesHere ? compare(key, slow) : inner().holds(key, slow);
  }

  private record SlowContent(Content inner, Bandwidth bandwidth) implements Content {
    @Override
    public long length() {
      return inner.length();
    }

    @Override
    public Sha256 sha256() {
      return inner.sha256();
    }

    @Override
    public InputStream open() throws IOException {
      return new SlowInput(inner.open(), bandwidth);
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      inner.writeTo(new SlowOutput(out, bandwidth));
    }

    @Override
    public String toString() {
      return inner.toString();
    }
  }

  private static final class SlowInput extends InputStream {
    private final InputStream in;
    private final Bandwidth bandwidth;

    SlowInput(InputStream in, Bandwidth bandwidth) {
      this.in = in;
      this.bandwidth = bandwidth;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = in.read(bytes, offset, Math.min(length, bandwidth.slice()));
      if (count > 0) {
        bandwidth.take(count);
      }
      return count;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** Hands the caller's array on, a slice at a time. Closing it closes nothing. */
  private static final class SlowOutput extends OutputStream {
    private final OutputStream out;
    private final Bandwidth bandwidth;

    SlowOutput(OutputStream out, Bandwidth bandwidth) {
      this.out = out;
      this.bandwidth = bandwidth;
    }

    @Override
    public void write(int b) throws IOException {
      bandwidth.take(1);
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      for (int done = 0; done < length; ) {
        int count = Math.min(bandwidth.slice(), length - done);
        bandwidth.take(count);
        out.write(bytes, offset + done, count);
        done += count;
      }
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }
  }
}
