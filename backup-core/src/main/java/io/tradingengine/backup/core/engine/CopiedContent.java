package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * An object of one destination as content for another. It is checked on its way: of one that is not
 * what was written the last bytes are never given, so that its put fails and leaves nothing.
 */
class CopiedContent implements Content {
  private final StoredRef ref;
  private final Destination from;

  CopiedContent(StoredRef ref, Destination from) {
    this.ref = ref;
    this.from = from;
  }

  @Override
  public final long length() {
    return ref.length();
  }

  @Override
  public final Sha256 sha256() {
    return ref.sha256();
  }

  @Override
  public final InputStream open() throws IOException {
    try {
      return new Checked(from.open(ref.key(), ByteRange.ALL));
    } catch (IOException e) {
      throw unread(e);
    }
  }

  /**
   * No failure of the destination that is written to: trying to put it again would be of no use.
   */
  private BackupException unread(IOException e) throws IOException {
    RunRegistry.rethrowInterruption(e);
    failed(e);
    return new BackupException(
        ref.key() + " cannot be read from " + from.name() + ": " + Messages.of(e), e);
  }

  /** Hears that the copy could not be read, or is not what was written. */
  void failed(Exception reason) {}

  @Override
  public String toString() {
    return ref.key() + " of " + from.name();
  }

  private final class Checked extends FilterInputStream {
    private final MessageDigest digest = Sha256.newDigest();
    private long done;

    Checked(InputStream in) throws IOException {
      super(in);
      if (ref.length() == 0) {
        checkEnd();
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (done == ref.length()) {
        return -1;
      }
      int count = fill(bytes, offset, (int) Math.min(length, ref.length() - done));
      if (count < 0) {
        throw damaged("is truncated: has " + done + " bytes instead of " + ref.length());
      }
      digest.update(bytes, offset, count);
      done += count;
      if (done == ref.length()) {
        checkEnd();
      }
      return count;
    }

    private int fill(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException e) {
        throw unread(e);
      }
    }

    private void checkEnd() throws IOException {
      if (fill(new byte[1], 0, 1) > 0) {
        throw damaged("has more than its " + ref.length() + " bytes");
      }
      if (!Sha256.from(digest).equals(ref.sha256())) {
        throw damaged("is not what was written: its SHA-256 is another one");
      }
    }

    @Override
    public long skip(long count) {
      throw new UnsupportedOperationException("what is skipped cannot be checked");
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    private IntegrityException damaged(String problem) {
      IntegrityException damage =
          new IntegrityException(
              ref.key().value(),
              problem + " (in " + from.name() + ")",
              "another copy may be whole",
              null);
      failed(damage);
      return damage;
    }
  }
}
