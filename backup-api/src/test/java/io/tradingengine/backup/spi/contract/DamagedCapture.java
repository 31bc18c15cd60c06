package io.tradingengine.backup.spi.contract;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Captured;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A capture of which one artifact is damaged in its middle, as a reader sees it that checks what it
 * hands out: all goes well up to there.
 */
final class DamagedCapture extends ForwardingCaptured {
  private final String artifact;
  private final long middle;

  DamagedCapture(Captured captured, String artifact) {
    super(captured);
    this.artifact = artifact;
    this.middle =
        captured.artifacts().stream()
            .filter(each -> each.name().equals(artifact))
            .mapToLong(each -> each.size() / 2)
            .findFirst()
            .orElseThrow();
  }

  private IntegrityException damage() {
    return new IntegrityException(backupId() + "/" + artifact, "is damaged in this test", null);
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    InputStream in = super.open(name, offset);
    return name.equals(artifact) ? new Damaged(in, middle - offset) : in;
  }

  @Override
  public void readParallel(String name, ChunkConsumer consumer)
      throws IOException, InterruptedException {
    super.readParallel(
        name,
        (offset, bytes) -> {
          if (name.equals(artifact) && offset + bytes.remaining() > middle) {
            throw damage();
          }
          consumer.accept(offset, bytes);
        });
  }

  private final class Damaged extends FilterInputStream {
    private long left;

    Damaged(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (left <= 0) {
        throw damage();
      }
      int got = super.read(bytes, from, (int) Math.min(length, left));
      left -= got;
      return got;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = super.skip(Math.min(count, left));
      left -= skipped;
      return skipped;
    }
  }
}
