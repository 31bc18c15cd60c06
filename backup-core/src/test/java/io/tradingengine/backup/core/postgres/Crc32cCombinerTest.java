package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class Crc32cCombinerTest {
  private final Random random = new Random(7);

  @Test
  void piecesInAnyOrderGiveTheChecksumOfTheWhole() {
    for (int round = 0; round < 500; round++) {
      byte[] whole = new byte[random.nextInt(5000)];
      random.nextBytes(whole);
      int combined = 0;
      int from = 0;
      while (from < whole.length) {
        int to = from + 1 + random.nextInt(whole.length - from);
        combined ^= Crc32cCombiner.advance(crc(whole, from, to), whole.length - to);
        from = to;
      }
      assertThat(combined).isEqualTo(crc(whole, 0, whole.length));
    }
  }

  @Test
  void piecesOfALargeFileAreAdvancedOverGigabytes() {
    byte[] zeros = new byte[1 << 20];
    CRC32C direct = new CRC32C();
    direct.update(new byte[] {1, 2, 3});
    int head = (int) direct.getValue();
    int combined = Crc32cCombiner.advance(head, 3L << 30);
    for (int i = 0; i < 3 << 10; i++) {
      direct.update(zeros);
      combined ^=
          Crc32cCombiner.advance(crc(zeros, 0, zeros.length), (3L << 30) - ((i + 1L) << 20));
    }
    assertThat(combined).isEqualTo((int) direct.getValue());
  }

  @Test
  void nothingFollowingChangesNothing() {
    assertThat(Crc32cCombiner.advance(0xCAFEBABE, 0)).isEqualTo(0xCAFEBABE);
    assertThat(Crc32cCombiner.advance(0, 12345)).isZero();
  }

  private static int crc(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }
}
