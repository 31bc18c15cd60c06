package io.tradingengine.backup.core.postgres;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Relations that were cut short, with the blocks that were changed, merged from WAL summaries in
 * the order of the WAL. Not safe for concurrent use.
 */
final class CutRelations {
  private final Map<RelationPath, Cut> cuts = new HashMap<>();

  /** One fork of one relation. */
  static final class Cut {
    private long length = Long.MAX_VALUE;
    private final BitSet changed = new BitSet();
    private String cutIn = "";
    private boolean grownAgain;

    /** Whether blocks were changed whose numbers are too large to be remembered one by one. */
    private boolean immense;

    private void cut(String summary, long to) {
      if (to <= length) {
        length = to;
        cutIn = summary;
      }
      if (to < Integer.MAX_VALUE) {
        changed.clear((int) to, Math.max((int) to, changed.length()));
      }
    }

    private void change(String summary, long block) {
      if (block < Integer.MAX_VALUE) {
        changed.set((int) block);
      } else {
        immense = true;
      }
      grownAgain |= block >= length && !summary.equals(cutIn);
    }

    /** The shortest that it has been, in blocks. */
    long length() {
      return length;
    }

    /**
     * The first changed block of a segment that is not among those given, counted from the
     * segment's begin; where that cannot be told, the segment's first one.
     *
     * @param given counted from the segment's begin
     * @param from the segment's first block in the relation
     * @param to the first block after its last one
     */
    OptionalInt firstMissing(BitSet given, long from, long to) {
      if (to > Integer.MAX_VALUE && immense) {
        return OptionalInt.of(0);
      }
      if (from > Integer.MAX_VALUE) {
        return OptionalInt.empty();
      }
      for (int block = changed.nextSetBit((int) from);
          block >= 0 && block < to;
          block = changed.nextSetBit(block + 1)) {
        int inSegment = (int) (block - from);
        if (!given.get(inSegment)) {
          return OptionalInt.of(inSegment);
        }
      }
      return OptionalInt.empty();
    }
  }

  /**
   * Adds an entry of a summary; of one summary, those that cut come first.
   *
   * @param summary where the summary begins
   * @param relation the fork
   * @param block a block that was changed, or the length that the fork was cut to
   */
  void add(String summary, RelationPath relation, long block, boolean isCut) {
    Cut cut = cuts.computeIfAbsent(relation, each -> new Cut());
    if (isCut) {
      cut.cut(summary, block);
    } else {
      cut.change(summary, block);
    }
  }

  /** Whether blocks beyond a cut were changed according to a later summary. */
  boolean anyGrownAgain() {
    return cuts.values().stream().anyMatch(cut -> cut.grownAgain);
  }

  /** What happened to the relation that a file belongs to; empty if it was not cut. */
  Optional<Cut> find(String path) {
    return RelationPath.of(path).map(RelationPath::firstSegment).map(cuts::get);
  }
}
