package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** An artifact's stream of which a copy is kept. A copy that fails stops, and fails nobody else. */
final class RememberedStream extends ArtifactStream {
  private static final int PIECE = 64 << 10;

  private final ArtifactStream out;
  private final OutputStream copy;
  private final Consumer<IOException> failed;
  private boolean stopped;

  RememberedStream(ArtifactStream out, OutputStream copy, Consumer<IOException> failed) {
    this.out = out;
    this.copy = new BufferedOutputStream(copy, PIECE);
    this.failed = failed;
  }

  private interface Step {
    void run() throws IOException;
  }

  private void copy(Step step) {
    if (stopped) {
      return;
    }
    try {
      step.run();
    } catch (IOException e) {
      stopped = true;
      failed.accept(e);
    }
  }

  @Override
  public long position() {
    return out.position();
  }

  @Override
  public void write(int value) throws IOException {
    copy(() -> copy.write(value));
    out.write(value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    copy(() -> copy.write(bytes, offset, length));
    out.write(bytes, offset, length);
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    copy(
        () -> {
          byte[] piece = new byte[bytes.remaining()];
          bytes.duplicate().get(piece);
          copy.write(piece);
        });
    out.write(bytes);
  }

  @Override
  public void index(IndexEntry entry) throws IOException {
    out.index(entry);
  }

  @Override
  public void finish() throws IOException {
    copy(copy::flush);
    out.finish();
  }

  @Override
  public void abandon() throws IOException {
    out.abandon();
  }

  @Override
  public void close() {
    copy(copy::close);
    stopped = true;
    out.close();
  }
}
