package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class CutRelationsTest {
  private static final RelationPath RELATION = new RelationPath(1663, 5, 16384, 0, 0);

  private final CutRelations relations = new CutRelations();

  private void cut(String summary, long to) {
    relations.add(summary, RELATION, to, true);
  }

  private void change(String summary, long... blocks) {
    for (long block : blocks) {
      relations.add(summary, RELATION, block, false);
    }
  }

  private CutRelations.Cut found() {
    return relations.find("base/5/16384").orElseThrow();
  }

  private static BitSet bits(int... blocks) {
    BitSet bits = new BitSet();
    for (int block : blocks) {
      bits.set(block);
    }
    return bits;
  }

  @Test
  void aRelationIsFoundByAnyOfItsSegments() {
    cut("0/1", 7);
    assertThat(relations.find("base/5/16384")).isPresent();
    assertThat(relations.find("base/5/16384.3")).isPresent();
    assertThat(relations.find("base/5/16384_vm")).isEmpty();
    assertThat(relations.find("base/6/16384")).isEmpty();
    assertThat(relations.find("global/pg_control")).isEmpty();
  }

  @Test
  void whatWasCutOffCountsNoMore() {
    change("0/1", 3, 9, 12);
    cut("0/2", 9);
    change("0/2", 9);
    assertThat(found().length()).isEqualTo(9);
    assertThat(found().firstMissing(bits(3, 9), 0, 20)).isEmpty();
    assertThat(found().firstMissing(bits(9), 0, 20)).hasValue(3);
    assertThat(found().firstMissing(bits(3), 0, 20)).hasValue(9);
    assertThat(found().firstMissing(bits(3), 0, 9)).isEmpty();
    assertThat(found().firstMissing(bits(), 8, 16)).hasValue(1);
  }

  @Test
  void theShortestLengthCounts() {
    cut("0/1", 9);
    cut("0/2", 4);
    change("0/2", 6, 20);
    cut("0/3", 12);
    assertThat(found().length()).isEqualTo(4);
    assertThat(found().firstMissing(bits(), 0, 30)).hasValue(6);
    assertThat(found().firstMissing(bits(6), 0, 30)).isEmpty();
  }

  @Test
  void growthInTheSummaryOfTheCutIsNotForgotten() {
    cut("0/1", 4);
    change("0/1", 3, 5, 9);
    assertThat(relations.anyGrownAgain()).isFalse();
  }

  @Test
  void growthInALaterSummaryMayBe() {
    cut("0/1", 4);
    change("0/2", 3);
    assertThat(relations.anyGrownAgain()).isFalse();
    change("0/2", 4);
    assertThat(relations.anyGrownAgain()).isTrue();
  }

  @Test
  void growthBeforeACutIsNoMatter() {
    change("0/1", 40);
    cut("0/2", 4);
    assertThat(relations.anyGrownAgain()).isFalse();
  }

  /**
   * A server that merges the second before the first forgets block 7: the first cuts to less than
   * the second does.
   */
  @Test
  void aLaterCutToMoreDoesNotHideGrowth() {
    cut("0/1", 5);
    cut("0/2", 10);
    change("0/2", 7);
    assertThat(relations.anyGrownAgain()).isTrue();
  }

  /** A server that merges the second before the first keeps all: the first cuts no further. */
  @Test
  void aLaterCutToLessStandsForItself() {
    cut("0/1", 5);
    cut("0/2", 3);
    change("0/2", 4, 7);
    assertThat(relations.anyGrownAgain()).isFalse();
    change("0/3", 3);
    assertThat(relations.anyGrownAgain()).isTrue();
  }

  @Test
  void aRelationWithoutACutHasNoEnd() {
    change("0/1", 7);
    assertThat(found().length()).isEqualTo(Long.MAX_VALUE);
    assertThat(relations.anyGrownAgain()).isFalse();
  }

  @Test
  void theLargestRelationsAreCountedRight() {
    cut("0/1", 4_294_967_290L);
    change("0/1", Integer.MAX_VALUE - 1);
    assertThat(found().firstMissing(bits(), Integer.MAX_VALUE - 5, Integer.MAX_VALUE)).hasValue(4);
  }

  /** Too many to be remembered one by one: what cannot be proved is taken for missing. */
  @Test
  void blocksPastTwoToTheThirtyFirstAreNotTrusted() {
    cut("0/1", 10);
    change("0/2", 7);
    assertThat(found().firstMissing(bits(), 1L << 31, (1L << 31) + 131_072)).isEmpty();
    change("0/2", 3_000_000_000L);
    assertThat(relations.anyGrownAgain()).isTrue();
    assertThat(found().firstMissing(bits(), 1L << 31, (1L << 31) + 131_072)).hasValue(0);
    assertThat(found().firstMissing(bits(7), 0, 131_072)).isEmpty();
  }
}
