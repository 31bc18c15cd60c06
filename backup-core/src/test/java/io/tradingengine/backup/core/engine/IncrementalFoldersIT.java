package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.core.support.NonRoot;
import io.tradingengine.backup.core.support.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Databases, tablespaces and tables that come, go and move between backups, and are in use. */
class IncrementalFoldersIT {
  @TempDir Path folder;

  /** The pages of a copy have the LSNs of what they were copied from, older than the parent. */
  @ParameterizedTest
  @CsvSource({"15, page-lsn", "17, server"})
  void databasesCopiedFileByFile(int major, String way) throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server = IncrementalBackupIT.server(major, way)) {
      server.execute("CREATE DATABASE one OID 90001", "CREATE DATABASE two");
      fill(server, "one", "one");
      fill(server, "two", "two");
      server.execute("CHECKPOINT");
      chain.full(server);
      server.execute("CREATE DATABASE copy TEMPLATE one STRATEGY file_copy");
      in(server, "copy", "UPDATE t SET note = 'copied' WHERE id < 50");
      TestChain.assertWay(chain.next(server), way);
      server.execute(
          "DROP DATABASE one",
          "CREATE DATABASE one OID 90001 TEMPLATE two STRATEGY file_copy",
          "CHECKPOINT");
      BackupMetadata anew = chain.next(server);
      if (way.equals("server")) {
        TestChain.assertWay(anew, way);
      } else {
        TestChain.assertFull(anew, "90001 were made anew since");
      }
      TestChain.assertWay(chain.next(server), way);
    }
    chain.assertAllRestore(major);
  }

  @ParameterizedTest
  @CsvSource({"15, page-lsn", "17, server"})
  void databasesThatMoveToATablespaceAndBack(int major, String way) throws Exception {
    Path away = place("away");
    TestChain chain = new TestChain(folder);
    try (PgServer server = IncrementalBackupIT.server(major, way)) {
      server.execute("CREATE TABLESPACE away LOCATION '" + away + "'", "CREATE DATABASE one");
      fill(server, "one", "one");
      server.execute("CHECKPOINT");
      chain.full(server);
      server.execute("ALTER DATABASE one SET TABLESPACE away");
      in(
          server,
          "one",
          "UPDATE t SET note = 'away' WHERE id % 50 = 0",
          "DELETE FROM t WHERE id > 4000",
          "VACUUM t");
      server.execute("ALTER DATABASE one SET TABLESPACE pg_default", "CHECKPOINT");
      BackupMetadata back = chain.next(server);
      assertThat(back.degraded()).as(back.findings().toString()).isFalse();
      TestChain.assertWay(chain.next(server), way);
    }
    chain.assertLastRestores(major);
  }

  /** What comes and goes between two backups, in one interval and over several. */
  @ParameterizedTest
  @CsvSource({"15, page-lsn", "18, server"})
  void tablesAndTablespacesThatComeAndGo(int major, String way) throws Exception {
    Path first = place("first");
    Path second = place("second");
    TestChain chain = new TestChain(folder);
    try (PgServer server = IncrementalBackupIT.server(major, way);
        Connection session = server.connect();
        Statement temporary = session.createStatement()) {
      server.execute(
          "CREATE TABLESPACE first LOCATION '" + first + "'",
          "CREATE TABLE gone AS SELECT g AS id FROM generate_series(1, 5000) g",
          "CREATE TABLE there (id int) TABLESPACE first",
          "INSERT INTO there SELECT generate_series(1, 5000)",
          "CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY)",
          "INSERT INTO unlogged SELECT generate_series(1, 5000)",
          "CREATE UNLOGGED TABLE becoming AS SELECT g AS id FROM generate_series(1, 5000) g");
      temporary.execute("CREATE TEMP TABLE own AS SELECT g AS id FROM generate_series(1, 5000) g");
      server.execute("CHECKPOINT");
      chain.full(server);

      server.execute(
          "DROP TABLE gone",
          "CREATE TABLE many (id int) PARTITION BY HASH (id)",
          "DO $$ BEGIN FOR i IN 0..59 LOOP EXECUTE format('CREATE TABLE many%s PARTITION OF many"
              + " FOR VALUES WITH (MODULUS 60, REMAINDER %s)', i, i); END LOOP; END $$",
          "INSERT INTO many SELECT generate_series(1, 5000)",
          "CREATE INDEX ON many (id)",
          "ALTER TABLE becoming SET LOGGED",
          "CREATE TABLESPACE second LOCATION '" + second + "'",
          "CREATE TABLE here (id int) TABLESPACE second",
          "INSERT INTO here SELECT generate_series(1, 5000)",
          "INSERT INTO unlogged SELECT generate_series(5001, 9000)");
      temporary.execute("INSERT INTO own SELECT generate_series(1, 5000)");
      TestChain.assertWay(chain.next(server), way);

      server.execute(
          "DROP TABLE many",
          "ALTER TABLE becoming SET UNLOGGED",
          "DROP TABLE there",
          "DROP TABLESPACE first",
          "DELETE FROM here WHERE id > 100",
          "VACUUM here",
          "CREATE TABLE own AS SELECT 1 AS id",
          "TRUNCATE unlogged");
      TestChain.assertWay(chain.next(server), way);
      server.execute("INSERT INTO here SELECT generate_series(1, 3000)");
      TestChain.assertWay(chain.next(server), way);
    }
    chain.assertAllRestore(major);
  }

  @ParameterizedTest
  @CsvSource({"15, page-lsn", "17, server"})
  void incrementsTakenUnderLoad(int major, String way) throws Exception {
    TestChain chain = new TestChain(folder);
    BackupId last;
    try (PgServer server = IncrementalBackupIT.server(major, way)) {
      TradingLoad.prepare(server, 50_000);
      try (TradingLoad load = new TradingLoad(server)) {
        chain.full(server);
        for (int i = 0; i < 3; i++) {
          in(
              server,
              TradingLoad.DATABASE,
              "DELETE FROM history WHERE id > " + (40_000 - i * 5000),
              "VACUUM history, account",
              "INSERT INTO history SELECT g, md5(g::text) FROM generate_series(60001, 62000) g");
          TestChain.assertWay(chain.next(server), way);
        }
        last = chain.last();
        assertThat(load.stop()).isPositive();
      }
    }
    try (PgServer restored = chain.restored(last, major)) {
      assertThat(TradingLoad.violations(restored)).isEmpty();
      TestChain.assertSound(restored);
    }
  }

  private Path place(String name) throws IOException {
    Path place = folder.resolve(name);
    Files.createDirectories(place);
    NonRoot.own(place);
    return place;
  }

  private static void fill(PgServer server, String database, String note) {
    in(
        server,
        database,
        "CREATE TABLE t AS SELECT g AS id, '"
            + note
            + "' || md5(g::text) AS note"
            + " FROM generate_series(1, 10000) g",
        "CREATE INDEX t_id ON t (id)",
        "VACUUM (FREEZE) t");
  }

  private static void in(PgServer server, String database, String... statements) {
    try (Connection connection = server.connect(database, PgServer.USER, PgServer.PASSWORD);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
