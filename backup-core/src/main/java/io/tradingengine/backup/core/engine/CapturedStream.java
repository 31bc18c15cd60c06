package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An artifact's stream as a source has it. Closing it unfinished fails nothing yet: what that means
 * is decided when the capture ends, as the backup may do without the source, and as the source's
 * own failure says more than that a stream was closed.
 */
final class CapturedStream extends ArtifactStream {
  private final ArtifactStream out;
  private final String name;
  private boolean closed;

  CapturedStream(ArtifactStream out, String name) {
    this.out = out;
    this.name = name;
  }

  @Override
  public long position() {
    return out.position();
  }

  @Override
  public void write(int value) throws IOException {
    checkOpen();
    out.write(value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    checkOpen();
    out.write(bytes, offset, length);
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    checkOpen();
    out.write(bytes);
  }

  @Override
  public void index(IndexEntry entry) throws IOException {
    checkOpen();
    out.index(entry);
  }

  @Override
  public void finish() throws IOException {
    checkOpen();
    out.finish();
  }

  @Override
  public void abandon() throws IOException {
    out.abandon();
  }

  @Override
  public void close() {
    closed = true;
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("artifact " + name + " is written to after it was closed");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
