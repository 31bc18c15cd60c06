package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.core.volume.Pipeline.CutVolume;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Cuts an artifact into volumes and hands them to the pipeline. */
final class VolumeStream extends ArtifactStream {
  /** What an artifact begins with; many never need more. */
  private static final int SMALL = 1 << 18;

  private enum State {
    OPEN,
    FINISHED,
    ABANDONED,
    CLOSED
  }

  private final Pipeline pipeline;
  private final VolumeOptions options;
  private final ArtifactTarget target;
  private final Encryptor.Sealer sealer;
  private final String suffix;
  private final List<CompletableFuture<Volume>> volumes = new ArrayList<>();
  private @Nullable ByteBuffer buffer;
  private long cutAt;
  private State state = State.OPEN;

  VolumeStream(Pipeline pipeline, VolumeOptions options, ArtifactTarget target, Encryptor encryptor)
      throws IOException {
    this.pipeline = pipeline;
    this.options = options;
    this.target = target;
    this.sealer = encryptor.newSealer();
    this.suffix = VolumeNames.suffix(options.codec()) + encryptor.suffix();
  }

  @Override
  public long position() {
    return buffer == null ? cutAt : cutAt + buffer.position();
  }

  @Override
  public void write(int value) throws IOException {
    checkOpen();
    room().put((byte) value);
    cutIfFull();
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    checkOpen();
    int done = 0;
    while (done < length) {
      ByteBuffer room = room();
      int count = Math.min(length - done, room.remaining());
      room.put(bytes, offset + done, count);
      done += count;
      cutIfFull();
    }
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    checkOpen();
    while (bytes.hasRemaining()) {
      ByteBuffer room = room();
      int count = Math.min(bytes.remaining(), room.remaining());
      room.put(room.position(), bytes, bytes.position(), count);
      room.position(room.position() + count);
      bytes.position(bytes.position() + count);
      cutIfFull();
    }
  }

  @Override
  public void index(IndexEntry entry) throws IOException {
    checkOpen();
    target.index().accept(entry);
  }

  @Override
  public void finish() throws IOException {
    checkOpen();
    if (buffer != null || volumes.isEmpty()) {
      cut(room());
    }
    List<Volume> put = pipeline.await(volumes);
    state = State.FINISHED;
    target.onFinished().accept(new Artifact(target.name(), target.extension(), cutAt, put));
  }

  @Override
  public void abandon() throws IOException {
    pipeline.check();
    if (state == State.ABANDONED) {
      return;
    }
    state = State.ABANDONED;
    ByteBuffer rest = buffer;
    buffer = null;
    if (rest != null) {
      pipeline.buffers().giveBack(rest);
    }
    // Those on their way are waited for: removed too early, they would come after their removal.
    target.onAbandoned().accept(pipeline.await(volumes));
  }

  @Override
  public void close() {
    if (state != State.OPEN) {
      return;
    }
    state = State.CLOSED;
    buffer = null;
    pipeline.fail("artifact " + this + " was closed before it was finished", null);
  }

  /** A buffer with room for at least one byte, unless volumes are empty. */
  private ByteBuffer room() {
    ByteBuffer current = buffer;
    if (current == null) {
      // The first volume may stay small; where there was one, the next is likely full as well.
      current =
          take(volumes.isEmpty() ? Math.min(SMALL, options.volumeSize()) : options.volumeSize());
    } else if (!current.hasRemaining()) {
      ByteBuffer larger = take(options.volumeSize()).put(current.flip());
      pipeline.buffers().giveBack(current);
      current = larger;
    }
    buffer = current;
    return current;
  }

  private ByteBuffer take(int size) {
    ByteBuffer taken = pipeline.buffers().take(size);
    return taken.limit(Math.min(taken.capacity(), options.volumeSize()));
  }

  private void cutIfFull() throws IOException {
    if (buffer != null && buffer.position() == options.volumeSize()) {
      cut(buffer);
    }
  }

  private void cut(ByteBuffer full) throws IOException {
    buffer = null;
    int number = volumes.size() + 1;
    if (number > VolumeNames.MOST_VOLUMES) {
      throw new IOException(
          "artifact "
              + this
              + " has more than "
              + VolumeNames.MOST_VOLUMES
              + " volumes; a larger volume-size is needed");
    }
    CompletableFuture<Volume> put = new CompletableFuture<>();
    volumes.add(put);
    int size = full.flip().remaining();
    pipeline.submit(new CutVolume(key(number), cutAt, full, sealer, target.progress(), put));
    cutAt += size;
  }

  private ObjectKey key(int number) {
    String name = VolumeNames.plainName(target.name(), target.extension(), number);
    return target.folder().resolve(name + suffix);
  }

  private void checkOpen() throws IOException {
    pipeline.check();
    if (state != State.OPEN) {
      throw new IOException(
          "artifact "
              + this
              + " is written to after it was "
              + state.name().toLowerCase(Locale.ROOT));
    }
  }

  @Override
  public String toString() {
    return target.folder() + "/" + target.name();
  }
}
