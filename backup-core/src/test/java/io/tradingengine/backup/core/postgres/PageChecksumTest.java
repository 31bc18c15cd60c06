package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageChecksumTest {
  private static final int PAGE = 8192;

  private final PageLayout layout = new PageLayout(PAGE, 131072);
  private final List<String> failures = new ArrayList<>();
  private final PageCheck check =
      new PageCheck(layout, (path, block, lsn) -> failures.add(path + ":" + block + "@" + lsn));

  /** The definition, word by word, as PostgreSQL's header file has it. */
  private static int byDefinition(byte[] page, long block) {
    long[] sums = new long[32];
    long[] seeds = {
      0x5B1F36E9L, 0xB8525960L, 0x02AB50AAL, 0x1DE66D2AL, 0x79FF467AL, 0x9BB9F8A3L, 0x217E7CD2L,
      0x83E13D2CL, 0xF8D4474FL, 0xE39EB970L, 0x42C6AE16L, 0x993216FAL, 0x7B093B5DL, 0x98DAFF3CL,
      0xF718902AL, 0x0B1C9CDBL, 0xE58F764BL, 0x187636BCL, 0x5D7B3BB1L, 0xE73DE7DEL, 0x92BEC979L,
      0xCCA6C0B2L, 0x304A0979L, 0x85AA43D4L, 0x783125BBL, 0x6CA8EAA2L, 0xE407EAC6L, 0x4B5CFC3EL,
      0x9FBF8C76L, 0x15CA20BEL, 0xF2CA9FD3L, 0x959BD756L
    };
    System.arraycopy(seeds, 0, sums, 0, 32);
    ByteBuffer words = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < PAGE / 4 + 64; i++) {
      long word = i < PAGE / 4 ? words.getInt() & 0xFFFFFFFFL : 0;
      if (i == 2) {
        word &= 0xFFFF0000L;
      }
      long mixed = sums[i % 32] ^ word;
      sums[i % 32] = ((mixed * 16777619L) & 0xFFFFFFFFL) ^ (mixed >>> 17);
    }
    long all = 0;
    for (long sum : sums) {
      all ^= sum;
    }
    return (int) ((all ^ block) % 65535 + 1);
  }

  private static byte[] page(long seed, long block) {
    byte[] page = new byte[PAGE];
    new Random(seed).nextBytes(page);
    page[14] = 1; // the upper bound of its free space is not 0
    int sum = byDefinition(page, block);
    page[8] = (byte) sum;
    page[9] = (byte) (sum >> 8);
    return page;
  }

  private static ByteBuffer pages(long firstBlock, int count) {
    ByteBuffer pages = ByteBuffer.allocateDirect(count * PAGE);
    for (int i = 0; i < count; i++) {
      pages.put(page(i, firstBlock + i));
    }
    return pages.flip();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 511, 512, 8191, 8192, 8193, 32768, 100_000})
  void soundPagesPassInPiecesOfAnySize(int size) {
    ByteBuffer pages = pages(131072, 9);
    check.begin("base/5/16384.1", 131072);
    while (pages.hasRemaining()) {
      int count = Math.min(size, pages.remaining());
      check.accept(pages.slice(pages.position(), count));
      pages.position(pages.position() + count);
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void everyFlippedBitIsFoundAndItsBlockNamed() {
    Random random = new Random(42);
    for (int i = 0; i < 500; i++) {
      ByteBuffer pages = pages(70, 3);
      int bit = random.nextInt(3 * PAGE * 8);
      pages.put(bit / 8, (byte) (pages.get(bit / 8) ^ 1 << bit % 8));
      failures.clear();
      check.begin("base/5/16384", 70);
      check.accept(pages);
      assertThat(failures).hasSize(1);
      assertThat(failures.get(0)).startsWith("base/5/16384:" + (70 + bit / 8 / PAGE) + "@");
    }
  }

  @Test
  void aPageInTheWrongPlaceIsFound() {
    check.begin("base/5/16384", 71);
    check.accept(pages(70, 1));
    assertThat(failures).hasSize(1);
  }

  @Test
  void aPageOfZerosIsNewButOneThatOnlyClaimsToBeIsNot() {
    check.begin("base/5/16384", 0);
    check.accept(ByteBuffer.allocate(PAGE));
    assertThat(failures).isEmpty();
    check.accept(ByteBuffer.allocate(PAGE).put(5000, (byte) 1));
    assertThat(failures).containsExactly("base/5/16384:1@0/0");
  }

  @Test
  void theHighestBlocksAreCountedUnsigned() {
    long block = 0xFFFF_FFF0L;
    check.begin("base/5/16384.32767", block);
    check.accept(pages(block, 1));
    assertThat(failures).isEmpty();
    check.accept(pages(0, 1));
    assertThat(failures.get(0)).contains(":" + (block + 1) + "@");
  }

  @Test
  void pagesOfTheBackupsOwnTimeAreReplacedByItsWal() throws Exception {
    PageFindings pages = new PageFindings();
    pages.failed("base/5/1", 1, Lsn.parse("0/FF"));
    pages.failed("base/5/1", 2, Lsn.parse("0/100"));
    pages.failed("base/5/1", 3, Lsn.parse("0/200"));
    pages.failed("base/5/1", 4, Lsn.parse("0/201"));
    assertThat(pages.judge("db", Lsn.parse("0/100"), Lsn.parse("0/200"), page -> false))
        .singleElement()
        .satisfies(found -> assertThat(found.message()).contains("base/5/1, block 1, 4"));
    assertThat(pages.judge("db", Lsn.parse("0/100"), Lsn.parse("0/200"), page -> true)).isEmpty();
  }

  @Test
  void whateverIsBrokenTheFindingsAreFew() throws Exception {
    PageFindings pages = new PageFindings();
    for (int file = 0; file < 100; file++) {
      for (int block = 0; block < 100; block++) {
        pages.failed("base/5/" + file, block, Lsn.parse("0/1"));
      }
    }
    assertThat(pages.judge("db", Lsn.parse("0/100"), Lsn.parse("0/200"), page -> false))
        .hasSizeLessThanOrEqualTo(21);
  }
}
