package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.spi.Source;

/**
 * A source that takes part in a backup.
 *
 * @param source the source; whoever opened it closes it
 * @param need whether there is a backup without it
 */
record Participant(Source source, Need need) {
  enum Need {
    /** Its failure is the backup's. */
    REQUIRED,
    /** The backup goes on without it, degraded. */
    OPTIONAL
  }

  String name() {
    return source.name();
  }
}
