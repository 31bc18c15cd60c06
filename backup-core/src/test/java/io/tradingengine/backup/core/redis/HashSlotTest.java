package io.tradingengine.backup.core.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HashSlotTest {
  /** As {@code CLUSTER KEYSLOT} has them. */
  @ParameterizedTest
  @CsvSource({
    "123456789, 12739",
    "foo, 12182",
    "{foo}.bar, 12182",
    "a{foo}{bar}, 12182",
    "{}foo, 9500",
    "foo{}{bar}, 8363",
    "foo{{bar}}zap, 4015",
    "foo{bar, 15278"
  })
  void isThatOfTheServers(String key, int slot) {
    assertThat(HashSlot.of(key.getBytes(UTF_8))).isEqualTo(slot);
  }
}
