package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.core.volume.FileContent;
import io.tradingengine.backup.core.volume.ObjectEncoder;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Encodes objects into the spool and hands them to the shipping: one at a time, so that memory is
 * that of one, and in the order in which they became durable. Thread-safe.
 */
final class SpoolEncoding implements Closeable {
  private final Spool spool;
  private final Shipping shipping;
  private final ObjectEncoder encoder;
  private boolean closed;

  SpoolEncoding(Spool spool, Shipping shipping, ObjectEncoder encoder) {
    this.spool = spool;
    this.shipping = shipping;
    this.encoder = encoder;
  }

  /** Encodes one object. */
  interface Encoding {
    FileContent encode(ObjectEncoder encoder, ObjectKey key, Path target) throws IOException;
  }

  /**
   * Stores an object.
   *
   * @param key its key, once the suffix is known
   * @return the object, which is durable in the spool and on its way
   */
  synchronized SpooledObject store(
      Function<String, ObjectKey> key, SpooledObject.Purpose purpose, Encoding encoding)
      throws IOException {
    if (closed) {
      throw new IOException("archiving has ended");
    }
    ObjectKey name = key.apply(encoder.suffix());
    SpooledObject object =
        spool.add(name, purpose, target -> encoding.encode(encoder, name, target));
    shipping.add(object);
    return object;
  }

  @Override
  public synchronized void close() {
    closed = true;
    encoder.close();
  }
}
