package io.tradingengine.backup.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A demo that cannot fail proves nothing. */
class SnapshotTest {
  @TempDir Path folder;

  @Test
  void equalSnapshotsDoNotDiffer() throws IOException {
    EngineFiles.writeConfig(folder);
    Snapshot snapshot = snapshot(Map.of("trades", "1 rows"), Map.of("redis 0", "2 keys"));
    Snapshot same = snapshot(Map.of("trades", "1 rows"), Map.of("redis 0", "2 keys"));

    assertThat(snapshot.differences(same)).isEmpty();
  }

  @Test
  void everyKindOfDifferenceIsSeen() throws IOException {
    EngineFiles.writeConfig(folder);
    Snapshot before = snapshot(Map.of("trades", "2 rows"), Map.of("redis 0", "2 keys"));

    Files.setPosixFilePermissions(
        folder.resolve("api-key"), PosixFilePermissions.fromString("rw-r--r--"));
    Files.setLastModifiedTime(folder.resolve("engine.yaml"), FileTime.fromMillis(1000));
    Files.writeString(folder.resolve("risk/limits.json"), "{}");
    Files.delete(folder.resolve("current.yaml"));
    Files.createSymbolicLink(folder.resolve("current.yaml"), Path.of("other.yaml"));
    Files.delete(folder.resolve("risk/overrides"));
    Files.createFile(folder.resolve("new"));

    assertThat(before.differences(snapshot(Map.of("trades", "1 rows"), Map.of())))
        .anySatisfy(line -> assertThat(line).isEqualTo("table 'trades' was 2 rows and is 1 rows"))
        .anySatisfy(
            line -> assertThat(line).isEqualTo("database 'redis 0' was 2 keys and is nothing"))
        .anySatisfy(line -> assertThat(line).startsWith("config 'api-key' was"))
        .anySatisfy(line -> assertThat(line).startsWith("config 'engine.yaml' was"))
        .anySatisfy(line -> assertThat(line).startsWith("config 'risk/limits.json' was"))
        .anySatisfy(line -> assertThat(line).contains("link to engine.yaml and is link to other"))
        .anySatisfy(line -> assertThat(line).contains("'risk/overrides' was folder", "is nothing"))
        .anySatisfy(line -> assertThat(line).startsWith("config 'new' was nothing"));
  }

  private Snapshot snapshot(Map<String, String> tables, Map<String, String> redis)
      throws IOException {
    return new Snapshot(tables, redis, EngineFiles.fingerprint(folder), Map.of());
  }
}
