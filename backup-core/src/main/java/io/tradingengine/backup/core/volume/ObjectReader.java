package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;

/** Gives the objects that a {@link VolumeReader} reads. Must be safe for concurrent use. */
@FunctionalInterface
public interface ObjectReader {

  /**
   * Opens a whole object; whoever called closes it. It is read in pieces of up to 64 KiB, so it
   * need not be buffered.
   *
   * @throws NoSuchFileException if there is no such object
   */
  InputStream open(ObjectKey key) throws IOException;
}
