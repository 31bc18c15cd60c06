package io.tradingengine.backup.spi;

import java.io.IOException;
import java.util.Optional;

/** A source that sends no changes, and of which a version is kept whenever it has changed. */
public interface VersionedSource extends LoggedSource {

  /** What looks for changes. */
  VersionTracker tracker(ChangeSink sink);

  /** Keeps versions of a source. Used by one thread at a time. */
  interface VersionTracker extends AutoCloseable {

    /**
     * Looks at what there is now, and hands over a version if it differs from the last one.
     *
     * @return the version that is current now; empty if the source gives none, such as state
     *     without a callback
     * @throws IOException if it cannot be read
     */
    Optional<StreamPosition> capture() throws IOException, InterruptedException;

    @Override
    void close();
  }
}
