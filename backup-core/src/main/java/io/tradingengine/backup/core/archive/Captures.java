package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** What archiving has to know of the published backups. Thread-safe. */
public interface Captures {

  /**
   * What the newest published backup says of a source; empty if there is no backup with it.
   *
   * @throws IOException if no destination can be read
   */
  Optional<SourceState> newest(String source) throws IOException;

  /**
   * When the newest published full backup was begun.
   *
   * @throws IOException if no destination can be read
   */
  Optional<Instant> newestBegun() throws IOException;
}
