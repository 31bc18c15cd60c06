package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a capture callback writes to. It can neither finish nor publish anything; once the callback
 * has closed it or has returned, it takes nothing more, from whatever thread. Safe for concurrent
 * use.
 */
final class CallbackOutput extends OutputStream {
  private final OutputStream out;
  private boolean over;
  private @Nullable IOException failure;

  CallbackOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      if (over) {
        throw new IOException("the state was written to after its stream was closed");
      }
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failure = failure == null ? e : failure;
      throw e;
    }
  }

  /** Ends the stream. The capture goes on to its end. */
  @Override
  public synchronized void close() {
    over = true;
  }

  /**
   * Takes nothing more from now on.
   *
   * @throws IOException if a write has failed, whatever the callback made of that: the state would
   *     not be whole
   */
  synchronized void end() throws IOException {
    over = true;
    if (failure != null) {
      throw failure;
    }
  }
}
