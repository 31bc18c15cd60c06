package io.tradingengine.backup.spi;

import java.io.IOException;

/**
 * A copy that is whole, verified and durable, and not yet in its place. A restore of several
 * sources first stages all of them, so that a damaged one is found before any other has taken its
 * place. Used by one thread.
 */
public interface StagedRestore extends AutoCloseable {

  /**
   * Whether closing this takes back what {@link #publish} has done. What cannot be taken back, such
   * as what was handed to a running program, is published after all else.
   */
  default boolean reversible() {
    return true;
  }

  /**
   * Puts the copy in its place, by renaming where it can; what was there is moved aside.
   *
   * @throws IOException if it could not be; closing this takes back what was done, and where it
   *     cannot, the message says in which state the target was left
   */
  void publish() throws IOException, InterruptedException;

  /**
   * Says that what was published stays, and what has been done. After this, closing does nothing.
   *
   * @throws IOException if what is no longer needed could not be let go of
   */
  Restored finish() throws IOException;

  /**
   * Takes everything back that was not {@linkplain #finish finished}: the copy is removed, and what
   * it had moved aside is put back.
   *
   * @throws IOException if something could not be; the message says what was left where
   */
  @Override
  void close() throws IOException;
}
