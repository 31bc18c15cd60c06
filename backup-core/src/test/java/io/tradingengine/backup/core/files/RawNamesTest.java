package io.tradingengine.backup.core.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawNamesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "/plain/absolute",
        "a b%20c",
        "caf\u00e9",
        "/caf\u00e9/../x",
        "../\u00ff/./\u0080",
        "line\nbreak\u00e9",
        "\u00c3\u00a9",
        "/"
      })
  void everyByteSurvivesBeingAPath(String raw) {
    assertThat(RawNames.of(RawNames.toPath(raw))).isEqualTo(raw);
    assertThat(RawNames.toPath(raw).isAbsolute()).isEqualTo(raw.startsWith("/"));
  }

  @Test
  void anExistingFolderGetsNoSlash() {
    assertThat(RawNames.of(Path.of("/tmp"))).isEqualTo("/tmp");
    assertThat(RawNames.of(Path.of("tmp"))).isEqualTo("tmp");
  }

  @Test
  void peopleSeeTextAndEscapesForWhatIsNone() {
    assertThat(RawNames.show(RawNames.fromText("Größe"))).isEqualTo("Größe");
    assertThat(RawNames.show("caf\u00e9")).isEqualTo("caf\\xE9");
    assertThat(RawNames.show("a\nb\u007f")).isEqualTo("a\\x0Ab\\x7F");
  }

  @Test
  void aNameBesideAnotherIsNeverTooLong() {
    Path path = Path.of("/srv", "x".repeat(255));
    Path beside = RawNames.beside(path, ".", ".restoring");
    assertThat(beside.getParent()).isEqualTo(Path.of("/srv"));
    assertThat(beside.getFileName().toString())
        .hasSize(255)
        .startsWith(".x")
        .endsWith(".restoring");
  }
}
