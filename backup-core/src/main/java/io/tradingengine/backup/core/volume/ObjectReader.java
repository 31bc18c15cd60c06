package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;

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

  /**
   * The copies of an object, in the order in which they are to be tried until one is whole. A
   * reader of one place has one.
   */
  default List<Copy> copies(ObjectKey key) {
    return List.of(() -> open(key));
  }

  /** An object in one place. */
  @FunctionalInterface
  interface Copy {

    /**
     * Opens it, as {@link ObjectReader#open}.
     *
     * @throws NoSuchFileException if it is not there
     */
    InputStream open() throws IOException;

    /**
     * Hears that this copy could not be read, or is not what was written.
     *
     * @param reason an {@link IOException} or an {@link io.tradingengine.backup.IntegrityException}
     */
    default void failed(Exception reason) {}
  }
}
