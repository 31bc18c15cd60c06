package io.tradingengine.backup.core.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class PgServerIT {
  @ParameterizedTest
  @FieldSource("io.tradingengine.backup.core.support.PgServer#MAJORS")
  void everyVersionStartsAnswersAndStops(int major) {
    Path data;
    try (PgServer server = PgServer.of(major).setting("wal_keep_size", "64MB").start()) {
      data = server.dataDirectory();
      server.execute("create table t(id int)", "insert into t select generate_series(1, 10)");
      assertThat(server.value("select count(*) from t")).isEqualTo("10");
      assertThat(server.value("show server_version")).startsWith(major + ".");
      assertThat(server.value("show data_checksums")).isEqualTo("on");
      assertThat(server.value("show wal_keep_size")).isEqualTo("64MB");
      assertThat(server.query("select 1, null")).hasSize(1);

      server.crash();
      server.startAgain();
      assertThat(server.value("select sum(id) from t")).isEqualTo("55");
    }
    assertThat(data).doesNotExist();
  }

  @Test
  void aPasswordIsNeeded() {
    try (PgServer server = PgServer.of(15).dataChecksums(false).start()) {
      assertThat(server.value("show data_checksums")).isEqualTo("off");
      assertThatThrownBy(() -> server.connect("postgres", PgServer.USER, "wrong"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("password authentication failed");
    }
  }

  @Test
  void aCopiedDirectoryStartsAndStays(@TempDir Path directory) {
    Path copy = directory.resolve("copy");
    try (PgServer server = PgServer.start(17)) {
      server.execute("create table t as select 42 as answer");
      server.stop();
      Oracles.run("cp", "-a", server.dataDirectory().toString(), copy.toString()).orFail();
    }
    try (PgServer restored = PgServer.start(copy, 17)) {
      assertThat(restored.value("select answer from t")).isEqualTo("42");
    }
    assertThat(Files.isDirectory(copy)).isTrue();
  }

  @Test
  void aServerThatCannotStartSaysWhy() {
    assertThatThrownBy(() -> PgServer.of(18).setting("no_such_setting", "1").start())
        .hasMessageContaining("unrecognized configuration parameter");
  }
}
