package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
  private static final Finding INFO = Finding.info("s", "i");
  private static final Finding WARNING = Finding.warning("s", "w", "");
  private static final Finding ERROR = Finding.error("s", "e", "");

  @Test
  void theWorstFindingDecides() {
    assertThat(ExitCode.of(List.of()).code()).isZero();
    assertThat(ExitCode.of(List.of(INFO)).code()).isZero();
    assertThat(ExitCode.of(List.of(WARNING, INFO)).code()).isEqualTo(3);
    assertThat(ExitCode.of(List.of(ERROR, WARNING)).code()).isEqualTo(1);
  }
}
