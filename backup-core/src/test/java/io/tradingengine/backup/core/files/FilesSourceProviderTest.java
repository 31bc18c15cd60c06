package io.tradingengine.backup.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.FileTree;
import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceNames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FilesSourceProviderTest {
  private final FilesSourceProvider provider = new FilesSourceProvider();

  private void assertRefused(Settings settings, String... problems) {
    assertThatThrownBy(() -> provider.open("config", settings))
        .isInstanceOfSatisfying(
            InvalidConfigException.class, e -> assertThat(e.problems()).containsExactly(problems));
  }

  @Test
  void theBuilderAndAFileMeanTheSame() {
    Settings built = FileTree.named("config").path("/etc/a").exclude("**/*.tmp").settings();
    Settings written =
        Settings.of("files", Map.of("name", "config", "paths", "/etc/a", "exclude", "**/*.tmp"));
    List<SettingsKey<?>> keys = new ArrayList<>(provider.keys());
    keys.add(SourceNames.KEY);

    assertThat(built.validate(keys)).isEmpty();
    assertThat(written.validate(keys)).isEmpty();
    try (Source source = provider.open("config", written)) {
      assertThat(source.name()).isEqualTo("config");
      assertThat(source.type()).isEqualTo("files");
    }
  }

  @Test
  void pathsAreNeeded() {
    assertThat(Settings.of("files").validate(provider.keys()))
        .containsExactly("files.paths: is missing, expected a list of paths");
    assertRefused(
        Settings.of("files").with("paths", List.of()),
        "files.paths: is empty, expected at least one path");
  }

  @Test
  void everyProblemIsToldAtOnce() {
    assertRefused(
        Settings.of("files")
            .with("paths", List.of("/", "/etc/a", "/etc/a/b"))
            .with("exclude", "a["),
        "files.paths: is '/', expected the folders below it that matter",
        "files.paths: '/etc/a' lies within '/', name one of them only",
        "files.paths: '/etc/a/b' lies within '/', name one of them only",
        "files.paths: '/etc/a/b' lies within '/etc/a', name one of them only",
        "files.exclude: 'a[' is not a glob: Missing ']");
  }

  @Test
  void aPathNamedTwiceIsCapturedOnce() throws Exception {
    Settings settings =
        Settings.of("files").with("paths", List.of("/etc/./nowhere", "/etc/nowhere"));
    try (Source source = provider.open("config", settings)) {
      assertThat(source.check()).hasSize(1);
      assertThat(source.check().get(0).message()).contains(Path.of("/etc/nowhere") + " does not");
    }
  }
}
