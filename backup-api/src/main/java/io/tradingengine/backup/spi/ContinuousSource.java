package io.tradingengine.backup.spi;

import java.io.IOException;

/** A source that sends its changes as they happen. */
public interface ContinuousSource extends LoggedSource {

  /** What follows its changes; connects to nothing yet. */
  ChangeFollower follower(ChangeSink sink);

  /**
   * What tells where its stream stands; keeps a connection.
   *
   * @throws IOException if the store cannot be reached
   */
  PositionSampler sampler() throws IOException, InterruptedException;

  /** Tells where a stream stands. Used by one thread; {@link #close()} may come from another. */
  interface PositionSampler extends AutoCloseable {

    /**
     * The position now: every change that was acknowledged before the call is before it.
     *
     * @throws IOException if the store does not answer; the sampler is of no use then
     */
    StreamPosition sample() throws IOException, InterruptedException;

    @Override
    void close();
  }
}
