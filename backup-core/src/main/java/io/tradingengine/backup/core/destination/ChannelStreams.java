package io.tradingengine.backup.core.destination;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * Streams on a file, in slices: the JDK copies every array through a direct buffer of the size of
 * the call and keeps it with the thread, so that whole volumes would double the memory of every
 * worker.
 */
final class ChannelStreams {
  private static final int SLICE = 256 << 10;

  private ChannelStreams() {}

  /** Writes to a channel, and does not close it. */
  static final class Output extends OutputStream {
    private final FileChannel channel;
    private long written;

    Output(FileChannel channel) {
      this.channel = channel;
    }

    long written() {
      return written;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      for (int done = 0; done < length; ) {
        done +=
            channel.write(ByteBuffer.wrap(bytes, offset + done, Math.min(SLICE, length - done)));
      }
      written += length;
    }
  }

  /** Reads a range of a channel, which it closes. */
  static final class Input extends InputStream {
    private final FileChannel channel;
    private long position;
    private long remaining;

    Input(FileChannel channel, long position, long length) {
      this.channel = channel;
      this.position = position;
      this.remaining = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      if (length == 0) {
        return 0;
      }
      int most = (int) Math.min(remaining, Math.min(SLICE, length));
      if (most == 0) {
        return -1;
      }
      int count = channel.read(ByteBuffer.wrap(bytes, offset, most), position);
      if (count > 0) {
        position += count;
        remaining -= count;
      }
      return count;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
