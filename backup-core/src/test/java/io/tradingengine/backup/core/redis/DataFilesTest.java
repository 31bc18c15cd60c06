package io.tradingengine.backup.core.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataFilesTest {
  private static RedisState state(String version, Map<String, String> settings) {
    return new RedisState(
        version,
        RedisState.Method.PSYNC,
        RedisState.Topology.SERVER,
        List.of(new RedisState.Part("dump", "a:1", "", Optional.empty(), 9, 0, 0)),
        settings);
  }

  private static DataFiles of(String version, Map<String, String> settings) throws Exception {
    return DataFiles.of(state(version, settings), Optional.empty(), DataFiles.Log.AS_IT_WAS);
  }

  @Test
  void areADumpWithoutAnAppendOnlyFile() throws Exception {
    assertThat(of("7.0.15", Map.of()).files()).containsExactly(Path.of("dump.rdb"));
    DataFiles named = of("6.2.6", Map.of("appendonly", "no", "dbfilename", "my.rdb"));
    assertThat(named.files()).containsExactly(Path.of("my.rdb"));
    assertThat(named.command("redis-server", Path.of("/a b")))
        .isEqualTo("redis-server --dir '/a b' --appendonly no --dbfilename my.rdb");
  }

  @Test
  void areOneFileBeforeVersion7() throws Exception {
    assertThat(of("6.2.6", Map.of("appendonly", "yes", "appendfilename", "a.aof")).files())
        .containsExactly(Path.of("a.aof"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"7.0.15", "8.1.0", "255.255.255", "unstable"})
  void areAFolderSinceVersion7(String version) throws Exception {
    DataFiles files = of(version, Map.of("appendonly", "yes", "appenddirname", "aof"));
    assertThat(files.files())
        .containsExactly(
            Path.of("aof/appendonly.aof.1.base.rdb"),
            Path.of("aof/appendonly.aof.1.incr.aof"),
            Path.of("aof/appendonly.aof.manifest"));
    assertThat(
            new String(
                files.layout().others().get(Path.of("aof/appendonly.aof.manifest")),
                StandardCharsets.US_ASCII))
        .isEqualTo(
            """
            file appendonly.aof.1.base.rdb seq 1 type b
            file appendonly.aof.1.incr.aof seq 1 type i
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../dump.rdb", "/etc/passwd", "..", "a/b", "", ".hidden", "a b", "a\nb"})
  void areNeverElsewhere(String name) {
    assertThatThrownBy(() -> of("7.0.15", Map.of("dbfilename", name)))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("no plain file name");
    for (String setting : List.of("appendfilename", "appenddirname")) {
      assertThatThrownBy(() -> of("7.0.15", Map.of("appendonly", "yes", setting, name)))
          .isInstanceOf(BackupException.class);
    }
  }
}
