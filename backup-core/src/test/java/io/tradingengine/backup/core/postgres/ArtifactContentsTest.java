package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.spi.Captured.ArtifactInfo;
import io.tradingengine.backup.spi.IndexEntry;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactContentsTest {
  private static final ArtifactInfo BASE = new ArtifactInfo("base", "tar", 10_000, 10_000);

  private static ArtifactContents contents(IndexEntry... entries) {
    return ArtifactContents.of(BASE, List.of(entries), "", path -> Optional.empty());
  }

  private static IndexEntry file(String path, long offset, long size) {
    return new IndexEntry(path, IndexEntry.Type.FILE, 0600, offset, size, "");
  }

  @Test
  void filesComeInTheOrderOfTheirOffsets() {
    ArtifactContents contents =
        contents(
            file("b", 2048, 8192 - 240),
            new IndexEntry("./global/", IndexEntry.Type.DIRECTORY, 0750, 0, 0, ""),
            file("global/a", 512, 10),
            file("empty", 512, 0));
    assertThat(contents.members())
        .extracting(Member::name)
        .containsExactly("empty", "global/a", "b");
    assertThat(contents.folders()).containsExactly("global");
    assertThat(contents.groupReads()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/etc/passwd",
        "..",
        "../x",
        "a/../../x",
        "a//b",
        "././a",
        "a/.",
        "x\0y",
        "a/"
      })
  void aNameThatLeadsElsewhereIsRefused(String path) {
    assertThatThrownBy(() -> contents(file(path, 0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a path below its folder");
  }

  @Test
  void twoEntriesOfOneNameAreRefused() {
    assertThatThrownBy(() -> contents(file("a", 0, 1), file("a", 512, 1)))
        .hasMessageContaining("'a' stands in it twice");
    assertThatThrownBy(
            () ->
                contents(
                    file("a", 0, 1), new IndexEntry("a/", IndexEntry.Type.DIRECTORY, 0, 0, 0, "")))
        .hasMessageContaining("'a' stands in it twice");
  }

  @Test
  void bytesThatOverlapOrLieOutsideAreRefused() {
    assertThatThrownBy(() -> contents(file("a", 0, 513), file("b", 512, 1)))
        .hasMessageContaining("'b' overlap");
    assertThatThrownBy(() -> contents(file("a", 9_999, 2))).hasMessageContaining("outside");
    assertThatThrownBy(() -> contents(file("a", Long.MAX_VALUE, Long.MAX_VALUE)))
        .hasMessageContaining("outside");
    assertThatThrownBy(() -> contents(file("a", 1, Long.MAX_VALUE)))
        .hasMessageContaining("outside");
  }
}
