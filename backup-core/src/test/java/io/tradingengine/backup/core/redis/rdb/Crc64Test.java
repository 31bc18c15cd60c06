package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc64Test {
  private static final byte[] BYTES = new byte[1000];

  static {
    new Random(1).nextBytes(BYTES);
  }

  @Test
  void theDigitsHaveTheKnownChecksum() {
    assertThat(Crc64.of("123456789".getBytes(US_ASCII), 0, 9)).isEqualTo(0xe9c6d914c4b8d9caL);
  }

  @Test
  void nothingHasZero() {
    assertThat(new Crc64().value()).isZero();
  }

  @Test
  void anyPartOfAnArrayIsAsBitByBit() {
    for (int from = 0; from < 20; from++) {
      for (int length = 0; length < 60; length++) {
        assertThat(Crc64.of(BYTES, from, length)).isEqualTo(bitByBit(from, length));
      }
    }
  }

  @Test
  void piecesGiveTheSameAsTheWhole() {
    for (int split = 0; split <= BYTES.length; split++) {
      Crc64 crc = new Crc64();
      crc.update(BYTES, 0, split);
      crc.update(BYTES, split, BYTES.length - split);
      assertThat(crc.value()).isEqualTo(bitByBit(0, BYTES.length));
    }
  }

  @Test
  void buffersOfEveryKindAreReadAndNotConsumed() {
    ByteBuffer direct = ByteBuffer.allocateDirect(BYTES.length).put(BYTES).flip();
    ByteBuffer heap = ByteBuffer.wrap(BYTES);
    for (ByteBuffer buffer :
        new ByteBuffer[] {direct, heap, heap.asReadOnlyBuffer(), heap.duplicate().slice(0, 990)}) {
      buffer.position(3).limit(980);
      Crc64 crc = new Crc64();
      crc.update(buffer);
      assertThat(crc.value()).isEqualTo(bitByBit(3, 977));
      assertThat(buffer.position()).isEqualTo(3);
      assertThat(buffer.limit()).isEqualTo(980);
    }
  }

  @Test
  void bytesBeyondTheArrayAreRefused() {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> new Crc64().update(BYTES, 1, BYTES.length));
  }

  private static long bitByBit(int from, int length) {
    long crc = 0;
    for (int i = from; i < from + length; i++) {
      crc ^= BYTES[i] & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : Long.reverse(0xad93d23594c935a9L));
      }
    }
    return crc;
  }
}
