package io.tradingengine.backup.core.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the bytes of one member of an archive, in pieces that come in no order. Thread-safe. */
interface PieceTaker {

  /** The member. */
  Member member();

  /**
   * Takes a piece, which is consumed.
   *
   * @param at where the piece begins in the member
   * @return how many bytes of what is restored it gave
   */
  long take(long at, ByteBuffer piece) throws IOException, InterruptedException;
}
