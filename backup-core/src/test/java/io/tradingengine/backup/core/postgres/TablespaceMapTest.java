package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TablespaceMapTest {
  @Test
  void lineEndsAndBackslashesAreEscapedAsTheServerDoes() {
    Map<String, Path> places = Map.of("16400", Path.of("/a b"), "16401", Path.of("/x\ny\\z\r"));
    byte[] bytes = TablespaceMap.render(places);

    assertThat(bytes).asString(UTF_8).isEqualTo("16400 /a b\n16401 /x\\\ny\\\\z\\\r\n");
    assertThat(TablespaceMap.parse(bytes))
        .isEqualTo(Map.of("16400", "/a b", "16401", "/x\ny\\z\r"));
  }

  @Test
  void aLineWithoutAPathIsRefused() {
    assertThatThrownBy(() -> TablespaceMap.parse("16400\n".getBytes(UTF_8)))
        .hasMessageContaining("'16400'");
  }
}
