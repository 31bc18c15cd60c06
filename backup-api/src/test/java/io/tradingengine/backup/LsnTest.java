package io.tradingengine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LsnTest {
  @ParameterizedTest
  @ValueSource(strings = {"0/0", "16/3002D50", "FFFFFFFF/FFFFFFFF", "0/1000028"})
  void printsWhatItParses(String text) {
    assertThat(Lsn.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "oops", "16", "16/", "/1", "16/3002D50 ", "-1/0", "123456789/0", "1/2/3"})
  void refusesAnythingElse(String text) {
    assertThatThrownBy(() -> Lsn.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not an LSN: '" + text + "' (expected something like 16/3002D50)");
  }

  @Test
  void isOrderedAsAnUnsignedNumber() {
    assertThat(Lsn.parse("FFFFFFFF/0")).isGreaterThan(Lsn.parse("0/1"));
    assertThat(Lsn.parse("1/0").minus(Lsn.parse("0/FFFFFFFF"))).isEqualTo(1);
  }

  @Test
  void knowsTheStartOfItsSegment() {
    assertThat(Lsn.parse("16/3002D50").segmentStart(16 << 20)).isEqualTo(Lsn.parse("16/3000000"));
    assertThat(Lsn.parse("16/3000000").segmentStart(1 << 20)).isEqualTo(Lsn.parse("16/3000000"));
  }
}
