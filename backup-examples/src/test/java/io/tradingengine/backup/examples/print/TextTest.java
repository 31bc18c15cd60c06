package io.tradingengine.backup.examples.print;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TextTest {

  @Test
  void sizesHaveAUnitThatFits() {
    assertThat(Text.bytes(0)).isEqualTo("0 B");
    assertThat(Text.bytes(999)).isEqualTo("999 B");
    assertThat(Text.bytes(1000)).isEqualTo("1.0 KiB");
    assertThat(Text.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Text.bytes(32L << 20)).isEqualTo("32.0 MiB");
    assertThat(Text.bytes(Long.MAX_VALUE)).isEqualTo("8192.0 PiB");
  }

  @Test
  void durationsAreAsPreciseAsOneReadsThem() {
    assertThat(Text.duration(Duration.ofMillis(420))).isEqualTo("420 ms");
    assertThat(Text.duration(Duration.ofMillis(6780))).isEqualTo("6.8 s");
    assertThat(Text.duration(Duration.ofMillis(59_970))).isEqualTo("1 min 00 s");
    assertThat(Text.duration(Duration.ofSeconds(125))).isEqualTo("2 min 05 s");
    assertThat(Text.duration(Duration.ofMinutes(62))).isEqualTo("1 h 02 min");
  }

  @Test
  void ratiosAndRatesDoNotDivideByNothing() {
    assertThat(Text.ratio(340, 100)).isEqualTo("3.4 x");
    assertThat(Text.ratio(0, 0)).isEqualTo("-");
    assertThat(Text.rate(1024, Duration.ZERO)).isEqualTo("1.0 MiB/s");
    assertThat(Text.share(12, 0)).isEqualTo("-");
  }

  @Test
  void aShareIsNothingOnlyIfThereIsNothing() {
    assertThat(Text.share(12, 100)).isEqualTo("12 %");
    assertThat(Text.share(3, 1000)).isEqualTo("<1 %");
    assertThat(Text.share(0, 1000)).isEqualTo("0 %");
    assertThat(Text.share(1050, 1000)).isEqualTo("105 %");
  }

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    StringWriter text = new StringWriter();
    Table table = new Table("A", "LONG");
    table.row("wide cell", "x");
    table.print(new PrintWriter(text, true), "  ");

    assertThat(text.toString().lines()).containsExactly("  A          LONG", "  wide cell  x");
  }
}
