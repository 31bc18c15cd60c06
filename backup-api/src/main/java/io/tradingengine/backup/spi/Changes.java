package io.tradingengine.backup.spi;

import java.io.IOException;
import java.io.InputStream;
import java.util.NavigableSet;

/**
 * The stored changes of one source, for reading. Every byte is checked before it is handed out.
 * Safe for concurrent use.
 */
public interface Changes {

  /** The names of all pieces that some destination holds whole by its listing, sorted. */
  NavigableSet<String> names() throws IOException;

  /**
   * The plain bytes of a piece.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws io.tradingengine.backup.IntegrityException if no destination has it whole
   * @throws IOException if it cannot be read
   */
  InputStream open(String name) throws IOException;
}
