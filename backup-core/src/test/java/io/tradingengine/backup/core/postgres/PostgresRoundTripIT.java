package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Captures a server under load and restores it, on every version. */
class PostgresRoundTripIT {
  static final List<Integer> MAJORS = PgServer.MAJORS;

  private static final String FIXED =
      "select count(*) || ' ' || md5(string_agg(t::text, ',' order by id)) from quotes t";

  /** Files that pg_verifybackup does not look at either. */
  private static final Set<String> IGNORED =
      Set.of("backup_manifest", "postgresql.auto.conf", "pg_wal");

  @TempDir Path folder;

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aServerUnderLoadComesBackWhole(int major) throws Exception {
    Path marker = folder.resolve("archived");
    Path tablespace = Files.createDirectory(folder.resolve("fast"));
    Path data = folder.resolve("restored").resolve("data");
    Path moved = folder.resolve("moved");
    try (PgServer production =
        PgServer.of(major)
            .setting("archive_mode", "on")
            .setting("archive_command", "touch " + marker)
            .setting("max_prepared_transactions", "7")
            .start()) {
      production.execute(
          "alter system set archive_command = 'touch " + marker + "'",
          "create tablespace fast location '" + tablespace + "'",
          "create table quotes tablespace fast as"
              + " select id, md5(id::text) note from generate_series(1, 40000) id",
          "create table account (id int primary key, balance bigint not null)",
          "insert into account select i, 1000 from generate_series(1, 1000) i");
      String fixed = production.value(FIXED);
      FolderSink sink = new FolderSink(Files.createDirectory(folder.resolve("artifacts")));

      Restored restored = restore(production, sink, data, Map.of(tablespace, moved));

      assertThat(restored.targets()).containsExactly(data, moved);
      assertThat(restored.findings()).noneMatch(f -> f.severity() == Finding.Severity.ERROR);
      assertMatchesManifest(data);
      if (major == 15) {
        Oracles.run("pg_verifybackup", data.toString()).orFail();
      }
      production.stop();
      Files.deleteIfExists(marker);
      try (PgServer server = PgServer.start(data, major)) {
        assertThat(server.value(FIXED)).isEqualTo(fixed);
        assertThat(server.value("select sum(balance) from account")).isEqualTo("1000000");
        assertThat(
                server.value(
                    "select pg_tablespace_location(oid) from pg_tablespace"
                        + " where spcname = 'fast'"))
            .isEqualTo(moved.toString());
        assertThat(server.value("show archive_mode")).isEqualTo("off");
        assertThat(server.value("show max_prepared_transactions")).isEqualTo("7");
        server.execute("update account set balance = 0", "select pg_switch_wal()", "checkpoint");
      }
      assertThat(marker).doesNotExist();
    }
  }

  private static Restored restore(
      PgServer production, FolderSink sink, Path data, Map<Path, Path> relocations)
      throws Exception {
    try (Source source =
        new PostgresSourceProvider().open("postgres", PostgresCaptureIT.settings(production))) {
      AtomicBoolean stop = new AtomicBoolean();
      CompletableFuture<Void> load = CompletableFuture.runAsync(() -> trade(production, stop));
      SourceState state;
      try {
        state = source.capture(sink);
      } finally {
        stop.set(true);
        load.join();
      }
      RestoreTask task =
          new RestoreTask(
              TarCaptured.of(sink, state), Optional.of(data), relocations, false, bytes -> {});
      try (StagedRestore staged = source.stage(task)) {
        staged.publish();
        return staged.finish();
      }
    }
  }

  /** Moves money about: the sum of all balances never changes. */
  private static void trade(PgServer server, AtomicBoolean stop) {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int i = 0; !stop.get(); i++) {
        statement.execute("update account set balance = balance - 5 where id = " + (i % 999 + 1));
        statement.execute("update account set balance = balance + 5 where id = 1000");
        connection.commit();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What pg_verifybackup does, for versions whose tools are not to be had everywhere. */
  private static void assertMatchesManifest(Path data) throws IOException {
    ServerManifest manifest =
        ServerManifest.parse(Files.readAllBytes(data.resolve("backup_manifest")));
    Set<String> present = new TreeSet<>();
    try (Stream<Path> all = Files.walk(data, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        String name = data.relativize(file).toString();
        if (!IGNORED.contains(name.split("/", 2)[0])) {
          ManifestFile expected = manifest.files().get(name);
          assertThat(expected).as(name).isNotNull();
          byte[] bytes = Files.readAllBytes(file);
          assertThat(expected.algorithm().of(bytes)).as(name).isEqualTo(expected.checksum());
          present.add(name);
        }
      }
    }
    Set<String> missing = new TreeSet<>(manifest.files().keySet());
    missing.removeAll(present);
    missing.removeAll(IGNORED);
    assertThat(missing).isEmpty();
  }
}
