package io.tradingengine.backup.spi;

import java.io.Closeable;
import java.io.IOException;

/**
 * The right to write to a repository and to remove from it, which one run at a time has. Renewed by
 * itself until it is closed. Safe for concurrent use.
 */
public interface Lease extends Closeable {

  /** What a lease is worth, the strongest first. */
  enum Strength {
    /**
     * Nobody else gets it while its holder lives, however long that pauses, and it goes with its
     * holder's process.
     */
    EXCLUSIVE,
    /**
     * Taken and renewed by operations that the store makes atomic. A holder that pauses longer than
     * its lease lasts loses it, and has to ask whether it still has it.
     */
    EXPIRING,
    /**
     * The store has no atomic operation: of two that try in the same moment both may believe to
     * have it.
     */
    ADVISORY
  }

  /** What this lease is worth, by what the store was found to honour. */
  Strength strength();

  /**
   * Makes sure, by asking the store, that the lease is still held. Called right before what must
   * not be done by two: publishing and removing.
   *
   * @throws io.tradingengine.backup.LeaseLostException if another has it, or it ran out
   * @throws IOException if the store cannot be asked
   */
  void confirm() throws IOException;

  /** Gives it back, unless it is lost. Closing it twice is one. */
  @Override
  void close() throws IOException;
}
