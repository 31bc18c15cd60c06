package io.tradingengine.backup.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeyTest {
  @Test
  void takesTheNamesOfARepository() {
    ObjectKey key = new ObjectKey("full-20240115-020000").resolve("postgres");

    assertThat(key.resolve("base-000001.tar.zst.gpg"))
        .hasToString("full-20240115-020000/postgres/base-000001.tar.zst.gpg");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "/", "/a", "a/", "a//b", "..", "a/../b", ".hidden", "a/.tmp", "a b", "a\nb", "a\\b", "ä"
      })
  void refusesWhatIsNoSafeFileName(String text) {
    assertThatThrownBy(() -> new ObjectKey(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
