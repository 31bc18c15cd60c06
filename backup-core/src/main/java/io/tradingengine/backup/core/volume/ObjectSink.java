package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;

/** Takes the objects that a {@link VolumeWriter} makes. Must be safe for concurrent use. */
@FunctionalInterface
public interface ObjectSink {

  /**
   * Puts an object: whole and durable on return, or not there. Interrupted when the writer stops.
   *
   * @param content valid until this call returns; after that its memory is used again, unless it is
   *     {@link Held} and the sink holds it
   */
  void put(ObjectKey key, Content content) throws IOException;
}
