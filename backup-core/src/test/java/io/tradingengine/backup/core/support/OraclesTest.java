package io.tradingengine.backup.core.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OraclesTest {
  @Test
  void aProgramAnswersWithExitCodeAndBothStreams() {
    Oracles.Result result = Oracles.run("sh", "-c", "echo out; echo err >&2; exit 3");

    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.stdout()).isEqualTo("out\n");
    assertThat(result.stderr()).isEqualTo("err\n");
    assertThatThrownBy(result::orFail)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("err");
  }

  @Test
  void filesGoInAndOut(@TempDir Path folder) throws Exception {
    Path in = Files.writeString(folder.resolve("in"), "bytes");

    Oracles.command("cat").from(in).to(folder.resolve("out")).run().orFail();

    assertThat(folder.resolve("out")).hasSameBinaryContentAs(in);
  }

  @Test
  void aProgramThatHangsIsEnded() {
    assertThatThrownBy(() -> Oracles.run(List.of("sleep", "60"), Duration.ofMillis(100)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("did not end within");
  }

  @Test
  void aMissingProgramStopsTheTestAndNamesThePackage() {
    assertThatThrownBy(() -> Oracles.require("no-such-program"))
        .hasMessageContaining("apt-get install no-such-program");
  }
}
