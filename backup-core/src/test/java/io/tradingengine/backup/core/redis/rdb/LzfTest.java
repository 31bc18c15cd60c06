package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LzfTest {
  @Test
  void literalsAndMatchesExpand() {
    // "ab", then 2 + 3 bytes from 2 back, which overlaps
    assertThat(expand(7, 1, 'a', 'b', 3 << 5, 1)).isEqualTo("abababa");
  }

  @Test
  void aLongMatchHasItsLengthInAnotherByte() {
    assertThat(expand(1 + 264, 0, 'x', 7 << 5, 255, 0)).isEqualTo("x".repeat(265));
    assertThat(Lzf.longest(3)).isEqualTo(264);
  }

  @Test
  void whatReachesOutsideIsRefused() {
    assertThat(expand(5, 4, 'a')).isEqualTo("refused"); // literals missing
    assertThat(expand(1, 1, 'a', 'b')).isEqualTo("refused"); // more than said
    assertThat(expand(3, 1, 'a', 'b')).isEqualTo("refused"); // less than said
    assertThat(expand(5, 1, 'a', 'b', 1 << 5, 2)).isEqualTo("refused"); // before the begin
    assertThat(expand(4, 1, 'a', 'b', 1 << 5, 0)).isEqualTo("refused"); // beyond the end
    assertThat(expand(5, 1, 'a', 'b', 1 << 5)).isEqualTo("refused"); // cut short
    assertThat(expand(5, 1, 'a', 'b', 7 << 5, 0)).isEqualTo("refused"); // cut short
  }

  private static String expand(int length, int... bytes) {
    byte[] in = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      in[i] = (byte) bytes[i];
    }
    byte[] out = new byte[length];
    return Lzf.expand(in, out) ? new String(out, US_ASCII) : "refused";
  }
}
