package io.tradingengine.backup.core.postgres;

import java.util.BitSet;
import java.util.List;

/**
 * How one file is put together from the captures of a chain. Immutable.
 *
 * @param newest the incremental file of the newest capture
 * @param shares what each capture gives, the newest first; none twice, and no block twice. The
 *     newest is among them even if it gives nothing
 * @param zeros the blocks that no capture has: pages of zeros, as PostgreSQL adds them
 */
record Assembly(Member newest, List<Share> shares, BitSet zeros) {

  Assembly {
    shares = List.copyOf(shares);
  }

  /**
   * What one capture gives.
   *
   * @param link the capture's place in the chain, 0 for the one that stands on its own
   * @param member its file: an incremental one, or a whole one
   * @param blocks those of its blocks that are taken
   */
  record Share(int link, Member member, BitSet blocks) {}
}
