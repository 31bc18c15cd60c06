package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.tradingengine.backup.core.redis.rdb.RdbVerdict.Checksum;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RdbVerifierTest {
  private static final byte[] RDB =
      RdbBytes.ofVersion(10).raw(Opcode.AUX).strings("redis-ver", "7.0.15").end();
  private static final byte[] EMPTY = RdbBytes.ofVersion(10).end();

  @Test
  void aWholeRdbIsVerified() throws IOException {
    RdbVerifier verifier = new RdbVerifier();
    verifier.update(RDB, 0, RDB.length);
    assertThat(verifier.version()).contains(new RdbVersion(10));
    assertThat(verifier.finish())
        .isEqualTo(new RdbVerdict(new RdbVersion(10), RDB.length, Checksum.VERIFIED));
  }

  @Test
  void anEmptyRdbIsVerified() throws IOException {
    assertThat(verdict(EMPTY).checksum()).isEqualTo(Checksum.VERIFIED);
  }

  @Test
  void piecesOfAnySizeGiveTheSame() throws IOException {
    Random random = new Random(2);
    for (int round = 0; round < 500; round++) {
      RdbVerifier verifier = new RdbVerifier();
      ByteBuffer rest =
          round % 2 == 0
              ? ByteBuffer.wrap(RDB)
              : ByteBuffer.allocateDirect(RDB.length).put(RDB).flip();
      while (rest.hasRemaining()) {
        int count = Math.min(rest.remaining(), random.nextInt(round % 40 + 2));
        ByteBuffer piece = rest.slice(rest.position(), count);
        verifier.update(piece);
        assertThat(piece.position()).isZero();
        assertThat(piece.remaining()).isEqualTo(count);
        rest.position(rest.position() + count);
      }
      assertThat(verifier.length()).isEqualTo(RDB.length);
      assertThat(verifier.finish().checksum()).isEqualTo(Checksum.VERIFIED);
    }
  }

  @Test
  void anRdbCutAnywhereIsRefused() {
    for (byte[] rdb : new byte[][] {RDB, EMPTY}) {
      for (int length = 0; length < rdb.length; length++) {
        byte[] cut = Arrays.copyOf(rdb, length);
        assertThatIOException().isThrownBy(() -> verdict(cut)).withMessageContaining("cut short");
      }
    }
  }

  @Test
  void everyFlippedBitIsFound() {
    for (int bit = 0; bit < 8 * RDB.length; bit++) {
      byte[] flipped = RDB.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatIOException().isThrownBy(() -> verdict(flipped));
    }
  }

  @Test
  void aChecksumOfZeroProvesNothing() throws IOException {
    byte[] rdb = RDB.clone();
    Arrays.fill(rdb, rdb.length - 8, rdb.length, (byte) 0);
    assertThat(verdict(rdb).checksum()).isEqualTo(Checksum.UNVERIFIABLE);
  }

  @Test
  void bothChecksumsAreNamed() {
    byte[] rdb = RDB.clone();
    rdb[15] ^= 1;
    assertThatIOException()
        .isThrownBy(() -> verdict(rdb))
        .withMessageMatching(
            "the RDB is damaged: its checksum is [0-9a-f]{16}, that of its "
                + RDB.length
                + " bytes is [0-9a-f]{16}");
  }

  @Test
  void whatIsNoRdbIsRefusedAtOnce() {
    RdbVerifier verifier = new RdbVerifier();
    byte[] error = "-ERR unknown command".getBytes(US_ASCII);
    assertThatIOException()
        .isThrownBy(() -> verifier.update(error, 0, error.length))
        .withMessageContaining("this is no RDB");
  }

  private static RdbVerdict verdict(byte[] rdb) throws IOException {
    RdbVerifier verifier = new RdbVerifier();
    verifier.update(rdb, 0, rdb.length);
    return verifier.finish();
  }
}
