package io.tradingengine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretTest {
  @TempDir Path folder;

  @Test
  void neverShowsItsValue() {
    assertThat(Secret.of("hunter2")).hasToString("***");
  }

  @Test
  void readsAFileAnewEachTimeWithoutItsLineEnd() throws IOException {
    Path file = folder.resolve("password");
    Secret secret = Secret.file(file);

    Files.writeString(file, "first\n");
    assertThat(secret.reveal()).isEqualTo("first");
    Files.writeString(file, "rotated \r\n");
    assertThat(secret.reveal()).isEqualTo("rotated ");
  }

  @Test
  void saysWhichVariableIsMissing() {
    assertThatThrownBy(() -> Secret.env("NO_SUCH_VARIABLE").reveal(name -> null))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("NO_SUCH_VARIABLE is not set");
  }

  @Test
  void saysWhichFileIsMissing() {
    assertThatThrownBy(() -> Secret.file(folder.resolve("absent")).reveal())
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("absent")
        .hasMessageContaining("HINT");
  }
}
