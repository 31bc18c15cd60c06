package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Takes artifacts slowly, and counts them only. */
class SlowSink implements ArtifactSink {
  private final Duration pause;
  private final Duration halt;
  private final AtomicLong bytes = new AtomicLong();
  private final CountDownLatch begun = new CountDownLatch(1);

  /**
   * @param pause before each piece
   * @param halt before the first piece, beside that
   */
  SlowSink(Duration pause, Duration halt) {
    this.pause = pause;
    this.halt = halt;
  }

  long bytes() {
    return bytes.get();
  }

  /** Counted down at the first piece. */
  CountDownLatch begun() {
    return begun;
  }

  @Override
  public ArtifactStream create(String name, String extension) {
    return new ArtifactStream() {
      @Override
      public long position() {
        return bytes.get();
      }

      @Override
      public void write(int value) throws IOException {
        take(1);
      }

      @Override
      public void write(byte[] from, int offset, int length) throws IOException {
        take(length);
      }

      @Override
      public void write(ByteBuffer piece) throws IOException {
        take(piece.remaining());
        piece.position(piece.limit());
      }

      @Override
      public void index(IndexEntry entry) {}

      @Override
      public void finish() {}

      @Override
      public void abandon() {}

      @Override
      public void close() {}
    };
  }

  private void take(int count) throws IOException {
    begun.countDown();
    long before = bytes.getAndAdd(count);
    try {
      Thread.sleep(pause.plus(before == 0 ? halt : Duration.ZERO).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  @Override
  public void report(Finding finding) {}

  @Override
  public void expect(long expected) {}
}
