package io.tradingengine.backup.core.volume;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decoders that are used again; once closed, it gives none. Safe for concurrent use. */
final class Decoders implements AutoCloseable {
  private final Supplier<VolumeDecoder> factory;
  private final Deque<VolumeDecoder> free = new ArrayDeque<>();
  private boolean closed;

  Decoders(Supplier<VolumeDecoder> factory) {
    this.factory = factory;
  }

  synchronized VolumeDecoder take() throws IOException {
    if (closed) {
      throw closed(null);
    }
    VolumeDecoder decoder = free.pollFirst();
    return decoder == null ? factory.get() : decoder;
  }

  synchronized void giveBack(VolumeDecoder decoder) {
    if (closed) {
      decoder.close();
    } else {
      free.addFirst(decoder);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    free.forEach(VolumeDecoder::close);
    free.clear();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  static IOException closed(@Nullable Throwable cause) {
    return new IOException("reading was cancelled", cause);
  }
}
