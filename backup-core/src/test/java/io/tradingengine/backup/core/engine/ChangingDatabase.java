package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.core.support.NonRoot;
import io.tradingengine.backup.core.support.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A cluster that changes in six steps in every way that a backup could overlook, and its dump. */
final class ChangingDatabase {
  static final int STEPS = 6;

  private static final String RELATIONS =
      "SELECT c.oid::regclass::text, c.relkind::text FROM pg_class c"
          + " JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE n.nspname NOT LIKE 'pg_%' AND n.nspname <> 'information_schema'"
          + " AND c.relkind IN ('r', 'm') AND c.relpersistence = 'p' ORDER BY 1";

  private final PgServer server;
  private final Path one;
  private final Path two;

  ChangingDatabase(PgServer server, Path folder) throws IOException {
    this.server = server;
    this.one = place(folder.resolve("tablespace-one"));
    this.two = place(folder.resolve("tablespace-two"));
    server.execute(
        "CREATE TABLESPACE one LOCATION '" + one + "'",
        "CREATE TABLE ledger (id int PRIMARY KEY, note text)",
        "INSERT INTO ledger SELECT g, md5(g::text) FROM generate_series(1, 60000) g",
        "CREATE TABLE shrinking AS SELECT g AS id, repeat('s', 200) AS fill"
            + " FROM generate_series(1, 20000) g",
        "CREATE TABLE emptied AS SELECT g AS id FROM generate_series(1, 20000) g",
        "CREATE TABLE rewritten (id int, note text)",
        "INSERT INTO rewritten SELECT g, md5(g::text) FROM generate_series(1, 20000) g",
        "CREATE TABLE still AS SELECT g AS id, repeat('q', 100) AS fill"
            + " FROM generate_series(1, 40000) g",
        "CREATE TABLE toasted (id int, big text)",
        "ALTER TABLE toasted ALTER big SET STORAGE EXTERNAL",
        "INSERT INTO toasted SELECT g, repeat(md5(g::text), 300) FROM generate_series(1, 200) g",
        "CREATE TABLE elsewhere (id int) TABLESPACE one",
        "INSERT INTO elsewhere SELECT generate_series(1, 30000)",
        "CREATE UNLOGGED TABLE forgotten AS SELECT generate_series(1, 1000) AS id",
        "CREATE SEQUENCE numbers",
        "SELECT nextval('numbers')",
        "CREATE DATABASE second");
    in(
        "second",
        "CREATE TABLE t AS SELECT g AS id, md5(g::text) AS note FROM generate_series(1, 20000) g",
        "CREATE INDEX t_id ON t (id)");
    server.execute("VACUUM (ANALYZE)", "CHECKPOINT");
  }

  private static Path place(Path path) throws IOException {
    Files.createDirectories(path);
    NonRoot.own(path);
    return path;
  }

  /** Where its tablespaces are. */
  List<Path> places() {
    return List.of(one, two);
  }

  private void in(String database, String... statements) {
    try (Connection connection = server.connect(database, PgServer.USER, PgServer.PASSWORD);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Changes it. */
  void step(int number) {
    switch (number) {
      case 1 -> first();
      case 2 -> second();
      case 3 -> third();
      case 4 -> fourth();
      case 5 -> fifth();
      case 6 -> sixth();
      default -> throw new IllegalArgumentException("there is no step " + number);
    }
  }

  private void first() {
    server.execute(
        "UPDATE ledger SET note = 'one' WHERE id BETWEEN 1000 AND 1600",
        "UPDATE ledger SET note = 'scattered' WHERE id % 997 = 0",
        "DELETE FROM ledger WHERE id % 1009 = 0",
        "INSERT INTO ledger SELECT g, 'new' FROM generate_series(100001, 101000) g",
        "CREATE INDEX ledger_note ON ledger (note)",
        "SELECT nextval('numbers')",
        "UPDATE toasted SET big = repeat('t', 9000) WHERE id % 50 = 0");
  }

  private void second() {
    server.execute(
        "TRUNCATE emptied",
        "DELETE FROM rewritten WHERE id % 3 = 0",
        "VACUUM FULL rewritten",
        "DROP INDEX ledger_note",
        "CREATE TABLESPACE two LOCATION '" + two + "'",
        "CREATE TABLE passing (id int) TABLESPACE two",
        "INSERT INTO passing SELECT generate_series(1, 5000)",
        "CREATE DATABASE logged TEMPLATE second STRATEGY wal_log",
        "DELETE FROM shrinking WHERE id > 5000",
        "VACUUM shrinking");
  }

  private void third() {
    server.execute(
        "CREATE DATABASE copied TEMPLATE second STRATEGY file_copy",
        "INSERT INTO emptied SELECT generate_series(1, 7000)",
        "INSERT INTO shrinking SELECT g, repeat('n', 180) FROM generate_series(50001, 62000) g",
        "ALTER TABLE elsewhere SET TABLESPACE pg_default",
        "DROP TABLE toasted",
        "SELECT lo_from_bytea(4242, decode(repeat('ab', 5000), 'hex'))");
    in("copied", "UPDATE t SET note = 'copied' WHERE id < 50");
  }

  private void fourth() {
    server.execute(
        "DROP DATABASE logged",
        "DROP TABLE passing",
        "DROP TABLESPACE two",
        "REINDEX TABLE ledger",
        "CREATE TABLE wide (id int, fill text)",
        "INSERT INTO wide SELECT g, repeat('w', 500) FROM generate_series(1, 8000) g",
        "DELETE FROM shrinking WHERE id > 5000",
        "VACUUM shrinking",
        "CHECKPOINT",
        "INSERT INTO shrinking SELECT g, repeat('m', 190) FROM generate_series(70001, 75000) g");
  }

  private void fifth() {
    in("copied", "DELETE FROM t WHERE id > 10000", "VACUUM t");
    server.execute(
        "ALTER DATABASE second SET TABLESPACE one",
        "CREATE MATERIALIZED VIEW summary AS SELECT id % 10 AS digit, count(*) AS n FROM ledger"
            + " GROUP BY 1",
        "UPDATE wide SET fill = repeat('v', 480) WHERE id % 7 = 0",
        "CLUSTER ledger USING ledger_pkey");
  }

  private void sixth() {
    in("second", "UPDATE t SET note = 'moved' WHERE id % 100 = 1");
    server.execute(
        "ALTER DATABASE second SET TABLESPACE pg_default",
        "DROP DATABASE copied",
        "VACUUM (FREEZE)",
        "TRUNCATE wide",
        "INSERT INTO wide SELECT g, 'again' FROM generate_series(1, 10) g",
        "UPDATE ledger SET note = 'last' WHERE id BETWEEN 30000 AND 30100");
  }

  /**
   * Everything that a person would see of a cluster: its objects, and a digest of their content.
   */
  static SortedMap<String, String> dump(PgServer server) {
    SortedMap<String, String> dump = new TreeMap<>();
    for (List<String> row :
        server.query("SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1")) {
      String database = row.get(0);
      try (Connection connection = server.connect(database, PgServer.USER, PgServer.PASSWORD);
          Statement statement = connection.createStatement()) {
        for (List<String> relation : rows(statement, RELATIONS)) {
          String name = relation.get(0);
          dump.put(
              database + "." + name,
              rows(
                      statement,
                      "SELECT count(*), md5(coalesce(string_agg(r::text, '|' ORDER BY r::text),"
                          + " '')) FROM "
                          + name
                          + " r")
                  .toString());
        }
        dump.put(
            database + " indexes",
            rows(
                    statement,
                    "SELECT indexdef, tablespace FROM pg_indexes WHERE schemaname = 'public' ORDER"
                        + " BY 1")
                .toString());
      } catch (SQLException e) {
        throw new IllegalStateException(e.getMessage(), e);
      }
    }
    dump.put(
        "tablespaces", server.query("SELECT spcname FROM pg_tablespace ORDER BY 1").toString());
    dump.put(
        "large objects",
        server.query("SELECT loid, md5(data) FROM pg_largeobject ORDER BY 1, pageno").toString());
    return dump;
  }

  /** Reads every page of every relation and index, and compares indexes with their tables. */
  static void amcheck(PgServer server) {
    for (List<String> row :
        server.query("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate")) {
      try (Connection connection = server.connect(row.get(0), PgServer.USER, PgServer.PASSWORD);
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE EXTENSION IF NOT EXISTS amcheck");
        List<List<String>> damage =
            rows(
                statement,
                "SELECT c.oid::regclass, v.* FROM pg_class c, LATERAL verify_heapam(c.oid) v WHERE"
                    + " c.relkind IN ('r', 't', 'm') AND c.relpersistence = 'p'");
        if (!damage.isEmpty()) {
          throw new AssertionError(row + ": " + damage);
        }
        rows(
            statement,
            "SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam AND"
                + " a.amname = 'btree' JOIN pg_index i ON i.indexrelid = c.oid AND i.indisvalid"
                + " WHERE c.relkind = 'i' AND c.relpersistence = 'p'");
      } catch (SQLException e) {
        throw new IllegalStateException(row + ": " + e.getMessage(), e);
      }
    }
  }

  private static List<List<String>> rows(Statement statement, String sql) throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(result.getString(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }
}
