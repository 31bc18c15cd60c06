package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockMapTest {
  private static final int PAGE = 8192;
  private static final PageLayout LAYOUT = new PageLayout(PAGE, 131072);

  private static int[] numbers(BlockMap map) {
    return IntStream.range(0, map.count()).map(map::block).toArray();
  }

  private static BlockMap random(Random random) {
    int most = random.nextInt(5000);
    int[] blocks = random.ints(most, 0, 131072).sorted().distinct().toArray();
    return new BlockMap(PAGE, random.nextInt(131073), blocks);
  }

  /** Reads a header, in pieces of that size, as the beginning of a whole file. */
  private static BlockMap read(byte[] header, long fileSize, int size) throws IOException {
    BlockMapReader reader = new BlockMapReader(LAYOUT, fileSize);
    byte[] file = Arrays.copyOf(header, header.length + 100);
    int at = 0;
    while (at < file.length) {
      ByteBuffer piece = ByteBuffer.wrap(file, at, Math.min(size, file.length - at));
      boolean whole = reader.accept(piece);
      at = piece.position();
      if (whole) {
        assertThat(at).isEqualTo(header.length);
        return reader.map();
      }
      assertThat(piece.hasRemaining()).isFalse();
    }
    throw new AssertionError("no end");
  }

  @Test
  void aHeaderOfNoBlockHasTwelveBytes() throws IOException {
    BlockMap map = new BlockMap(PAGE, 7, new int[0]);
    assertThat(map.header())
        .isEqualTo(new byte[] {0x0d, 0x1f, (byte) 0xae, (byte) 0xd3, 0, 0, 0, 0, 7, 0, 0, 0});
    assertThat(map.fileLength()).isEqualTo(12);
    assertThat(map.length()).isEqualTo(7);
    assertThat(read(map.header(), 12, 5).truncation()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2044, 2045, 2046, 4092, 4093, 4094, 131072})
  void aHeaderIsFilledToAWholePage(int count) throws IOException {
    BlockMap map = new BlockMap(PAGE, 131072, IntStream.range(131072 - count, 131072).toArray());
    int pages = (12 + 4 * count) / PAGE + ((12 + 4 * count) % PAGE == 0 ? 0 : 1);
    byte[] header = map.header();
    assertThat(header).hasSize(pages * PAGE);
    assertThat(Arrays.copyOfRange(header, 12 + 4 * count, header.length))
        .isEqualTo(new byte[header.length - 12 - 4 * count]);
    assertThat(map.fileLength()).isEqualTo((long) (pages + count) * PAGE);
    BlockMap read = read(header, map.fileLength(), 1000);
    assertThat(numbers(read)).isEqualTo(numbers(map));
    assertThat(read.length()).isEqualTo(131072);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 11, 12, 13, 511, 8191, 8192, 8193, 1 << 20})
  void headersAreReadInPiecesOfAnySize(int size) throws IOException {
    Random random = new Random(size);
    for (int i = 0; i < 10; i++) {
      BlockMap map = random(random);
      BlockMap read = read(map.header(), map.fileLength(), size);
      assertThat(numbers(read)).isEqualTo(numbers(map));
      assertThat(read.truncation()).isEqualTo(map.truncation());
      assertThat(read.cut()).isEqualTo(map.truncation());
    }
  }

  private static byte[] header(int magic, int count, int truncation, int... blocks) {
    ByteBuffer header = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(magic).putInt(count).putInt(truncation);
    Arrays.stream(blocks).forEach(header::putInt);
    return header.array();
  }

  @Test
  void hostileHeadersAreRefused() {
    for (int count : new int[] {-1, Integer.MIN_VALUE, 131073, Integer.MAX_VALUE, 2}) {
      assertThatIOException()
          .as("count %s", count)
          .isThrownBy(() -> read(header(BlockMap.MAGIC, count, 0, 0), 2L * PAGE, 100))
          .withMessageContaining("not understood");
    }
    assertThatIOException()
        .isThrownBy(() -> read(header(BlockMap.MAGIC + 1, 1, 0, 0), 2L * PAGE, 100))
        .withMessageContaining("no incremental file");
    for (long size : new long[] {0, 12, PAGE, 2L * PAGE - 1, 2L * PAGE + 1, Long.MAX_VALUE}) {
      assertThatIOException()
          .isThrownBy(() -> read(header(BlockMap.MAGIC, 1, 0, 0), size, 100))
          .withMessageContaining("of 1 blocks has " + size + " bytes");
    }
    for (int[] blocks :
        new int[][] {{0, 0}, {1, 0}, {-1, 0}, {0, -1}, {5, 131072}, {0, Integer.MAX_VALUE}}) {
      assertThatIOException()
          .as(Arrays.toString(blocks))
          .isThrownBy(() -> read(header(BlockMap.MAGIC, 2, 0, blocks), 3L * PAGE, 100))
          .withMessageContaining("not understood");
    }
    assertThatIOException()
        .isThrownBy(() -> read(header(BlockMap.MAGIC, 1, -1, 0), 2L * PAGE, 100))
        .withMessageContaining("not understood");
  }

  /**
   * PostgreSQL 17 gives the length that a relation was cut to without regard to the segment, until
   * it was mended: more than a segment has.
   */
  @Test
  void aLengthBeyondTheSegmentIsNothingToBuildOn() {
    assertThatIOException()
        .isThrownBy(() -> read(header(BlockMap.MAGIC, 1, 300_000, 0), 2L * PAGE, 100))
        .isInstanceOf(UnusableParentException.class)
        .withMessageContaining("300000");
  }

  @Test
  void blocksAreAscending() {
    assertThatIllegalArgumentException().isThrownBy(() -> new BlockMap(PAGE, 0, new int[] {1, 1}));
    assertThatIllegalArgumentException().isThrownBy(() -> new BlockMap(PAGE, 0, new int[] {-1}));
    assertThatIllegalArgumentException().isThrownBy(() -> new BlockMap(PAGE, -1, new int[0]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BlockMap(PAGE, 1, new int[0]).cutAt(-1));
  }

  @Test
  void aLengthCountsTheLastBlock() {
    assertThat(new BlockMap(PAGE, 3, new int[] {1, 9}).length()).isEqualTo(10);
    assertThat(new BlockMap(PAGE, 30, new int[] {1, 9}).length()).isEqualTo(30);
    assertThat(new BlockMap(PAGE, 131072, new int[] {131071}).bytes()).isEqualTo(1L << 30);
    BlockMap cut = new BlockMap(PAGE, 30, new int[] {1, 9}).cutAt(4).cutAt(6);
    assertThat(cut.cut()).isEqualTo(4);
    assertThat(cut.truncation()).isEqualTo(30);
    assertThat(cut.length()).isEqualTo(30);
    assertThat(cut.toBits().toString()).isEqualTo("{1, 9}");
  }
}
