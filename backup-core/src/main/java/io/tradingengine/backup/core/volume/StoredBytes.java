package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A stored volume in memory. Readable as long as anybody holds it, which whoever made it does; then
 * its memory goes to other volumes, and every further read fails.
 */
final class StoredBytes implements Held {
  private final Pieces pool;
  private final List<byte[]> pieces;
  private final long length;
  private final Sha256 sha256;
  private final AtomicInteger holders = new AtomicInteger(1);

  private StoredBytes(Pieces pool, List<byte[]> pieces, long length, Sha256 sha256) {
    this.pool = pool;
    this.pieces = pieces;
    this.length = length;
    this.sha256 = sha256;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public Sha256 sha256() {
    return sha256;
  }

  @Override
  public InputStream open() {
    return new Reading();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    long remaining = length;
    for (byte[] piece : pieces) {
      requireHeld();
      int count = (int) Math.min(piece.length, remaining);
      out.write(piece, 0, count);
      remaining -= count;
    }
  }

  @Override
  public void hold() {
    requireHeld();
    holders.incrementAndGet();
  }

  /** The last one to let go gives the memory back. */
  @Override
  public void release() {
    if (holders.decrementAndGet() == 0) {
      pool.giveBack(pieces);
    }
  }

  private void requireHeld() {
    if (holders.get() <= 0) {
      throw new IllegalStateException("content is read after its last holder has let go of it");
    }
  }

  @Override
  public String toString() {
    return List.of(length, sha256).toString();
  }

  /** Takes a stored volume as it is made. */
  static final class Writer extends OutputStream {
    private final Pieces pool;
    private final List<byte[]> pieces = new ArrayList<>();
    private final MessageDigest digest = Sha256.newDigest();
    private byte[] current;
    private int used;
    private long full;

    Writer(Pieces pool) {
      this.pool = pool;
      this.current = pool.take();
    }

    @Override
    public void write(int value) {
      makeRoom();
      current[used++] = (byte) value;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      int done = 0;
      while (done < length) {
        makeRoom();
        int count = Math.min(length - done, current.length - used);
        System.arraycopy(bytes, offset + done, current, used, count);
        used += count;
        done += count;
      }
    }

    private void makeRoom() {
      if (used == current.length) {
        keep();
        current = pool.take();
        used = 0;
      }
    }

    private void keep() {
      digest.update(current, 0, used);
      pieces.add(current);
      full += used;
    }

    /** All that was written; nothing may be written after it. */
    StoredBytes end() {
      keep();
      return new StoredBytes(pool, List.copyOf(pieces), full, Sha256.from(digest));
    }
  }

  private final class Reading extends InputStream {
    private long position;

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) {
      Objects.checkFromIndexSize(offset, count, bytes.length);
      requireHeld();
      if (count == 0) {
        return 0;
      }
      if (position == length) {
        return -1;
      }
      byte[] piece = pieces.get((int) (position / Pieces.SIZE));
      int from = (int) (position % Pieces.SIZE);
      int copied = (int) Math.min(Math.min(count, Pieces.SIZE - from), length - position);
      System.arraycopy(piece, from, bytes, offset, copied);
      position += copied;
      return copied;
    }

    @Override
    public long skip(long count) {
      long skipped = Math.max(0, Math.min(count, length - position));
      position += skipped;
      return skipped;
    }

    @Override
    public int available() {
      return (int) Math.min(length - position, Integer.MAX_VALUE);
    }
  }
}
