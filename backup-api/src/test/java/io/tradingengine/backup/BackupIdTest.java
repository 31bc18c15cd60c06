package io.tradingengine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupIdTest {
  @Test
  void namesItsKindAndInstantInUtc() {
    BackupId id = new BackupId(BackupKind.FULL, Instant.parse("2024-01-15T02:00:00Z"));

    assertThat(id).hasToString("full-20240115-020000");
    assertThat(BackupId.parse("full-20240115-020000")).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "full",
        "full-20240115",
        "full-20240230-000000",
        "full-20240115-250000",
        "half-20240115-020000",
        "FULL-20240115-020000",
        "full-20240115-020000/",
        "../full-20240115-020000"
      })
  void refusesAnythingElse(String text) {
    assertThatThrownBy(() -> BackupId.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "not a backup id: '" + text + "' (expected something like full-20240115-020000)");
  }

  @Test
  void isOrderedByInstant() {
    assertThat(BackupId.parse("full-20240115-020000"))
        .isLessThan(BackupId.parse("full-20240115-020001"));
  }
}
