package io.tradingengine.backup.spi;

import java.io.IOException;
import java.util.List;
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

  /**
   * Puts a capture together with those that it builds on: to one that stands on its own, from which
   * is restored what would be restored from {@code captured}. Reads the captures only, never the
   * store, and keeps neither whole artifacts in memory nor a copy of them on this host. Of the
   * streams that it {@linkplain Captured#open opens}, each of which reads ahead, no more than four
   * are open at a time.
   *
   * @param captured the newest capture
   * @param earlier what it builds on, the one that stands on its own first
   * @return what a restore has to know
   * @throws io.tradingengine.backup.IntegrityException if the captures are not what was written, or
   *     do not build on one another; what was written is discarded
   * @throws IOException if they cannot be read, or the outcome not be written; what was written is
   *     discarded
   * @throws InterruptedException if the thread was interrupted; everything is closed again
   */
  SourceState merge(Captured captured, List<Captured> earlier, ArtifactSink out)
      throws IOException, InterruptedException;
}
