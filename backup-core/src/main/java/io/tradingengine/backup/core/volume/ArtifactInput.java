package io.tradingengine.backup.core.volume;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An artifact's plain stream from some offset on, with volumes decoded ahead. */
final class ArtifactInput extends InputStream {
  private final VolumeReader reader;
  private final Reading reading;
  private final int lanes;
  private final Deque<ReadAhead> ahead = new ArrayDeque<>();
  private int next;
  private int skipInFirst;
  private @Nullable ByteBuffer current;
  private boolean closed;

  /** Begins to read at once. */
  ArtifactInput(VolumeReader reader, Reading reading, long offset, int lanes) throws IOException {
    this.reader = reader;
    this.reading = reading;
    this.lanes = lanes;
    // An empty artifact has one empty volume, which is checked like any other.
    this.next = reading.artifact().size() == 0 ? 0 : reading.artifact().volumeAt(offset);
    if (next < reading.count()) {
      skipInFirst = (int) (offset - reading.volume(next).offset());
    }
    readAhead();
  }

  private void readAhead() throws IOException {
    while (ahead.size() < lanes && next < reading.count()) {
      ahead.addLast(reader.readAhead(reading, next));
      next++;
    }
  }

  /** The volume to read from; null at the end. */
  private @Nullable ByteBuffer fill() throws IOException {
    if (closed) {
      throw new IOException(
          "artifact " + reading.artifact().name() + " is read after its stream was closed");
    }
    while (current == null || !current.hasRemaining()) {
      if (current != null) {
        reader.giveBack(current);
        current = null;
      }
      ReadAhead first = ahead.peekFirst();
      if (first == null) {
        return null;
      }
      // A failed one stays first, so that reading again fails again rather than leaving a gap.
      ByteBuffer taken = take(first);
      ahead.removeFirst();
      taken.position(skipInFirst);
      skipInFirst = 0;
      current = taken;
      readAhead();
    }
    return current;
  }

  private static ByteBuffer take(ReadAhead volume) throws IOException {
    try {
      return volume.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException("interrupted while reading");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  @Override
  public int read() throws IOException {
    ByteBuffer volume = fill();
    return volume == null ? -1 : volume.get() & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    ByteBuffer volume = fill();
    if (volume == null) {
      return -1;
    }
    int count = Math.min(length, volume.remaining());
    volume.get(bytes, offset, count);
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    long skipped = 0;
    while (skipped < count) {
      ByteBuffer volume = fill();
      if (volume == null) {
        break;
      }
      int step = (int) Math.min(count - skipped, volume.remaining());
      volume.position(volume.position() + step);
      skipped += step;
    }
    return skipped;
  }

  @Override
  public int available() {
    return current == null ? 0 : current.remaining();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (current != null) {
      reader.giveBack(current);
      current = null;
    }
    ahead.forEach(ReadAhead::discard);
    ahead.clear();
  }
}
