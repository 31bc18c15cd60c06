package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a restore callback reads from. Once the callback has closed it or has returned, it gives
 * nothing more. Safe for concurrent use.
 */
final class CallbackInput extends InputStream {
  private final InputStream in;
  private long count;
  private boolean over;
  private @Nullable Exception failure;

  CallbackInput(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
    if (over) {
      throw new IOException("the state is read after its stream was closed");
    }
    try {
      int read = in.read(bytes, offset, length);
      count += Math.max(0, read);
      return read;
    } catch (IOException | RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public synchronized int available() throws IOException {
    return over ? 0 : in.available();
  }

  @Override
  public synchronized void close() {
    over = true;
  }

  /** How many bytes were read. */
  synchronized long count() {
    return count;
  }

  /**
   * Gives nothing more from now on.
   *
   * @throws IOException if a read has failed, whatever the callback made of that: it had not all
   * @throws io.tradingengine.backup.IntegrityException if it failed for what was stored
   */
  synchronized void end() throws IOException {
    over = true;
    if (failure instanceof IOException e) {
      throw e;
    } else if (failure instanceof RuntimeException e) {
      throw e;
    }
  }
}
