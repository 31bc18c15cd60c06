package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DestinationNamesTest {
  @TempDir Path folder;
  private Path config;
  private Path unnamed;

  @BeforeEach
  void configure() throws IOException {
    unnamed = folder.toRealPath().resolve("unnamed");
    config =
        Files.writeString(
            folder.resolve("backup.yaml"),
            """
            name: trading-engine
            sources: [{type: files, paths: [/srv]}]
            encryption: {type: none}
            destinations:
              - {type: local, path: %s, name: nas}
              - {type: local, path: %s}
            """
                .formatted(folder.resolve("named"), unnamed));
  }

  @Test
  void aDestinationWithoutANameIsCalledWhatItCallsItself() throws IOException {
    assertThat(DestinationNames.of(BackupConfig.load(config)))
        .containsExactly("nas", "local:" + unnamed);
  }

  @ParameterizedTest
  @CsvSource({"list,--destination", "replicate,--to"})
  void anUnknownNameIsWrongUseAndNamesThoseThereAre(String command, String option) {
    Run run = Run.of("-c", config.toString(), command, option, "nsa");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains(
            "ERROR: There is no destination 'nsa'",
            "HINT: the configuration has nas, local:" + unnamed);
  }

  @Test
  void aDestinationThatHoldsNothingIsSaidToHoldNothing() {
    Run run = Run.of("-c", config.toString(), "list", "--destination", "local:" + unnamed);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("local:" + unnamed + " holds no backup", "backup.jar replicate");
    assertThat(Run.of("-c", config.toString(), "list").out()).contains("There is no backup yet");
    assertThat(unnamed).doesNotExist();
  }
}
