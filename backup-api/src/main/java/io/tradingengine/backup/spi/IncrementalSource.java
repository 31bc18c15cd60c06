package io.tradingengine.backup.spi;

import java.io.IOException;
import java.util.Set;

/**
 * A source that can leave out of a capture what an earlier one holds. What it gives then is
 * restored with {@link RestoreTask#earlier()}.
 */
public interface IncrementalSource extends Source {

  /**
   * The artifacts that {@link #captureSince} reads of its parent: small ones, as hosts that cannot
   * decrypt keep a copy of each.
   */
  Set<String> remembered();

  /**
   * Captures what has changed since {@code parent}.
   *
   * @param parent the capture to build on. Has its state and the {@linkplain #remembered()
   *     remembered} artifacts only; indexes cannot be read
   * @return what a restore has to know
   * @throws UnusableParentException if it cannot be built on; what was written is discarded
   * @throws RepeatCaptureException if it has to be begun again; what was written is discarded
   * @throws IOException if the store could not be captured; the message says what to do
   * @throws InterruptedException if the thread was interrupted; everything is closed again
   */
  SourceState captureSince(Captured parent, ArtifactSink out)
      throws IOException, InterruptedException;
}
