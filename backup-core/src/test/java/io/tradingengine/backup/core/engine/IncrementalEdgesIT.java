package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes to a server of which an incremental backup could get something wrong. */
class IncrementalEdgesIT {
  private static final int TABLES = 12;

  @TempDir Path folder;

  /** A deletion takes a page's note back with no word of the note in the log. */
  @ParameterizedTest
  @CsvSource({"17, server", "18, server"})
  void notesOfWhatIsVisibleToAllAreTakenBack(int major, String way) throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server = IncrementalBackupIT.server(major, way)) {
      server.execute(
          "CREATE TABLE noted AS SELECT g AS id, md5(g::text) AS note"
              + " FROM generate_series(1, 20000) g",
          "CREATE INDEX ON noted (id)",
          "VACUUM (FREEZE, ANALYZE) noted",
          "CHECKPOINT");
      chain.full(server);
      server.execute(
          "DELETE FROM noted WHERE id % 10 = 0", "UPDATE noted SET note = 'x' WHERE id % 1000 = 1");
      TestChain.assertWay(chain.next(server), way);
    }
    chain.assertLastRestores(major);
  }

  /**
   * Where hints are not logged, a server does not log either that the last page of these notes that
   * stays is cleared in part.
   */
  @ParameterizedTest
  @CsvSource({"17", "18"})
  void notesOfWhatWasCutOffAreTakenBack(int major) throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server =
        PgServer.of(major)
            .dataChecksums(false)
            .setting("wal_log_hints", "off")
            .setting("summarize_wal", "on")
            .setting("autovacuum", "off")
            .start()) {
      server.execute(
          "CREATE TABLE noted AS SELECT g AS id, repeat('n', 200) AS note"
              + " FROM generate_series(1, 20000) g",
          "DELETE FROM noted WHERE id > 10000",
          "VACUUM (FREEZE, TRUNCATE off) noted",
          "CHECKPOINT");
      chain.full(server);
      server.execute("VACUUM noted", "CHECKPOINT");
      TestChain.assertWay(chain.next(server), "server");
      chain.next(server);
    }
    BackupId last = chain.last();
    chain.assertRestores(last, major);
    try (PgServer again = chain.again(last, major)) {
      again.execute(
          "INSERT INTO noted SELECT g, repeat('m', 200) FROM generate_series(20001, 29000) g",
          "DELETE FROM noted WHERE id % 10 = 0");
      TestChain.assertSound(again);
    }
  }

  /** Where a server's page LSN is 0 or there is no page yet, nothing says that it has changed. */
  @ParameterizedTest
  @CsvSource({"15, page-lsn", "17, server"})
  void pagesThatWereNeverLogged(int major, String way) throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server = IncrementalBackupIT.server(major, way)) {
      server.execute(
          "CREATE EXTENSION pageinspect",
          "CREATE TABLE bulk (id int, fill text)",
          "INSERT INTO bulk SELECT g, repeat('b', 500) FROM generate_series(1, 3000) g",
          "CREATE TABLE rolled (id int, fill text)",
          "CREATE TABLE undone AS SELECT g AS id, repeat('u', 400) AS fill"
              + " FROM generate_series(1, 4000) g",
          "CHECKPOINT");
      chain.full(server);
      for (int i = 0; i < 3; i++) {
        // More than the pages that a statement fills are added to a table at once.
        server.execute(
            "DELETE FROM undone WHERE id > 1000 AND ctid >= '(60,0)'",
            "VACUUM undone",
            "INSERT INTO bulk SELECT g, repeat('c', 700) FROM generate_series(1, 700) g",
            "DO $$ BEGIN BEGIN INSERT INTO rolled SELECT g, repeat('r', 900) FROM"
                + " generate_series(1, 2000) g; RAISE 'no'; EXCEPTION WHEN OTHERS THEN NULL; END;"
                + " END $$",
            "COPY undone FROM PROGRAM 'seq 50000 59000 | sed s/$/\\\\tcopied/'",
            "CHECKPOINT");
        assertThat(chain.next(server).degraded()).isFalse();
      }
    }
    chain.assertLastRestores(major);
  }

  /** Tables that are cut short and grow again, in as many summaries as there are checkpoints. */
  @ParameterizedTest
  @CsvSource({"15, false", "17, false", "18, false", "18, true"})
  void tablesThatWereCutShortAndGrewAgain(int major, boolean restarted) throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server = IncrementalBackupIT.server(major, major == 15 ? "page-lsn" : "server")) {
      for (int table = 0; table < TABLES; table++) {
        server.execute(
            "CREATE TABLE cut"
                + table
                + " AS SELECT g AS id, repeat('a', 200) AS fill"
                + " FROM generate_series(1, 4000) g",
            "CREATE INDEX ON cut" + table + " (id)");
      }
      server.execute("VACUUM (FREEZE, ANALYZE)", "CHECKPOINT");
      chain.full(server);
      for (int round = 0; round < 2; round++) {
        if (restarted) {
          server.restart();
        }
        for (int table = 0; table < TABLES; table++) {
          cutAndGrow(server, "cut" + table, table);
        }
        BackupMetadata taken = chain.next(server);
        if (major == 15) {
          TestChain.assertWay(taken, "page-lsn");
        }
        assertThat(taken.degraded()).as(taken.findings().toString()).isFalse();
      }
    }
    chain.assertLastRestores(major);
  }

  private static void cutAndGrow(PgServer server, String table, int kind) {
    String fill = kind % 2 == 0 ? "repeat('b', 190)" : "repeat('c', 210)";
    if (kind % 4 == 3) {
      server.execute("TRUNCATE " + table);
    } else {
      server.execute("DELETE FROM " + table + " WHERE id > 1000", "VACUUM " + table);
    }
    if (kind % 3 != 0) {
      server.execute("CHECKPOINT");
    }
    server.execute(
        "INSERT INTO " + table + " SELECT g, " + fill + " FROM generate_series(5000, 8000) g");
    if (kind % 5 == 0) {
      server.execute("CHECKPOINT", "UPDATE " + table + " SET fill = 'd' WHERE id % 100 = 0");
    }
  }

  /** Without checksums, marking a page as visible to all changes it and not its LSN. */
  @Test
  void hintsThatAreNotLogged() throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server = unchecked("off")) {
      notVacuumed(server);
      chain.full(server);
      server.execute("VACUUM (FREEZE) noted", "CHECKPOINT");
      TestChain.assertFull(chain.next(server), "neither data checksums nor wal_log_hints are on");
    }
    chain.assertRestores(chain.last(), 15);
  }

  @Test
  void hintsThatAreLoggedWithoutChecksums() throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server = unchecked("on")) {
      notVacuumed(server);
      chain.full(server);
      server.execute("VACUUM (FREEZE) noted", "CHECKPOINT");
      TestChain.assertWay(chain.next(server), "page-lsn");
      server.restart();
      TestChain.assertFull(chain.next(server), "the server was restarted since");
      server.execute("DELETE FROM noted WHERE id % 10 = 0");
      TestChain.assertWay(chain.next(server), "page-lsn");
    }
    chain.assertLastRestores(15);
  }

  private static PgServer unchecked(String hints) {
    return PgServer.of(15)
        .dataChecksums(false)
        .setting("wal_log_hints", hints)
        .setting("autovacuum", "off")
        .start();
  }

  private static void notVacuumed(PgServer server) {
    server.execute(
        "CREATE TABLE noted AS SELECT g AS id, repeat('n', 200) AS note"
            + " FROM generate_series(1, 10000) g",
        "CREATE INDEX ON noted (id)",
        "CHECKPOINT");
  }

  /** Checksums that were switched on change every page, and none of that is logged. */
  @Test
  void checksumsSwitchedOnBetweenTwoBackups() throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server = unchecked("off")) {
      notVacuumed(server);
      chain.full(server);
      server.stop();
      switchChecksumsOn(server);
      server.startAgain();
      server.execute("UPDATE noted SET note = 'x' WHERE id = 1");
      TestChain.assertFull(chain.next(server), "data checksums were switched on or off");
      server.execute("UPDATE noted SET note = 'y' WHERE id = 9000");
      TestChain.assertWay(chain.next(server), "page-lsn");
    }
    chain.assertLastRestores(15);
  }

  private static void switchChecksumsOn(PgServer server) {
    Oracles.command(
            Oracles.require("pg_checksums").toString(),
            "--enable",
            "--no-sync",
            "--pgdata=" + server.dataDirectory())
        .nonRoot()
        .run()
        .orFail();
  }
}
