package io.tradingengine.backup.spi;

import java.io.IOException;
import java.util.Optional;

/**
 * Follows a source's changes, keeps them durably in files of its sink's folder, and hands them over
 * piece by piece. {@link #run} is called by one thread and {@link #cut} by another at the same
 * time; after a failed run it is called again, with a growing pause.
 */
public interface ChangeFollower extends AutoCloseable {

  /**
   * Connects, goes on where the files and the stored pieces end, and follows until it is
   * interrupted or closed. Acknowledges nothing to the store before it is durable here.
   *
   * @throws ChangeGapException if the store cannot give what comes next any more; the next run
   *     begins anew after the gap
   * @throws io.tradingengine.backup.BackupException if it must not be followed, such as another
   *     cluster under the same name; it is not tried again before somebody has acted
   * @throws IOException if the store cannot be reached, or the connection was lost
   */
  void run() throws IOException, InterruptedException;

  /**
   * Hands over all that is complete, and of the rest what may be cut off: called every few seconds,
   * and when the sink was told that there is something. Returns without waiting for the store.
   */
  void cut() throws IOException, InterruptedException;

  /** What has been received so far; empty before the first byte. */
  Optional<StreamPosition> received();

  /** What is durable here; empty before the first byte. */
  Optional<StreamPosition> durable();

  /** Ends a {@link #run} at once. What was received stays in the files. */
  @Override
  void close();
}
