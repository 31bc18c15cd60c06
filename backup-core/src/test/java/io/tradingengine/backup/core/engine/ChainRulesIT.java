package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Compression;
import io.tradingengine.backup.IncrementalOptions;
import io.tradingengine.backup.LocalDirectory;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.Postgres;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.support.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When an incremental backup of a server builds on the newest one, in which way, and when not. */
class ChainRulesIT {
  private static final String LOST = "UPDATE t SET note = 'lost' WHERE id BETWEEN 500 AND 900";

  @TempDir Path folder;

  @Test
  void anotherClusterAtTheSameAddress() throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer one = PgServer.start(15);
        PgServer other = PgServer.start(15)) {
      chain.full(one);
      TestChain.assertFull(chain.next(other), "another cluster");
    }
    chain.assertRestores(chain.last(), 15);
  }

  @ParameterizedTest
  @CsvSource({"15, page-lsn", "17, server"})
  void anotherTimeline(int major, String way) throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server = IncrementalBackupIT.server(major, way)) {
      fill(server);
      chain.full(server);
      server.stop();
      Files.writeString(
          server.dataDirectory().resolve("postgresql.auto.conf"), "restore_command = 'false'\n");
      Files.createFile(server.dataDirectory().resolve("recovery.signal"));
      io.tradingengine.backup.core.support.NonRoot.own(server.dataDirectory());
      server.startAgain();
      while (server.value("SELECT pg_is_in_recovery()").equals("t")) {
        Thread.sleep(50);
      }
      server.execute("UPDATE t SET note = 'x' WHERE id = 1");
      TestChain.assertFull(chain.next(server), "the server is on timeline 2");
      server.execute("UPDATE t SET note = 'y' WHERE id = 1");
      TestChain.assertWay(chain.next(server), way);
    }
    chain.assertLastRestores(major);
  }

  /** It has the same identifier and timeline, and is behind the newest backup at first. */
  @ParameterizedTest
  @CsvSource({"15, page-lsn", "17, server"})
  void aServerRestoredToAnOlderBackup(int major, String way) throws Exception {
    TestChain chain = new TestChain(folder);
    BackupMetadata full;
    try (PgServer server = IncrementalBackupIT.server(major, way)) {
      fill(server);
      full = chain.full(server);
      server.execute(LOST);
      TestChain.assertWay(chain.next(server), way);
    }
    try (PgServer restored = chain.restored(full.backupId(), major)) {
      letReplicate(restored);
      overtake(restored);
      TestChain.assertFull(chain.next(restored), major == 15 ? "restarted" : "set back");
    }
    chain.assertRestores(chain.last(), major);
  }

  /** As a snapshot of a volume does it. */
  @ParameterizedTest
  @CsvSource({"15, page-lsn", "17, server"})
  void aDataDirectorySetBackToAnOlderState(int major, String way) throws Exception {
    TestChain chain = new TestChain(folder);
    Path copy = folder.resolve("copy");
    try (PgServer server = IncrementalBackupIT.server(major, way)) {
      fill(server);
      chain.full(server);
      server.stop();
      copy(server.dataDirectory(), copy);
      server.startAgain();
      server.execute(LOST);
      chain.next(server);
      server.stop();
      Memory.delete(server.dataDirectory());
      copy(copy, server.dataDirectory());
      server.startAgain();
      overtake(server);
      TestChain.assertFull(chain.next(server), major == 15 ? "restarted" : "set back");
    }
    chain.assertRestores(chain.last(), major);
  }

  /** Lets its log grow beyond that of the newest backup. */
  private static void overtake(PgServer server) {
    for (int i = 0; i < 3; i++) {
      server.execute(
          "CREATE TABLE more"
              + i
              + " AS SELECT g, repeat('m', 900) AS fill"
              + " FROM generate_series(1, 20000) g",
          "CHECKPOINT");
    }
  }

  private static void letReplicate(PgServer restored) throws IOException {
    Files.writeString(
        restored.dataDirectory().resolve("pg_hba.conf"),
        "host all,replication all 127.0.0.1/32 scram-sha-256\n");
    restored.execute("SELECT pg_reload_conf()");
  }

  private static void copy(Path from, Path to) {
    io.tradingengine.backup.core.support.Oracles.run(
            "cp", "-a", "--no-target-directory", from.toString(), to.toString())
        .orFail();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void summariesThatAreMissing(boolean restarted) throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server = IncrementalBackupIT.server(17, "server")) {
      fill(server);
      chain.full(server);
      server.execute("UPDATE t SET note = 'x' WHERE id = 1", "CHECKPOINT");
      chain.next(server);
      server.execute("UPDATE t SET note = 'y' WHERE id = 1", "CHECKPOINT", "CHECKPOINT");
      if (restarted) {
        server.stop();
      }
      try (Stream<Path> summaries =
          Files.list(server.dataDirectory().resolve("pg_wal/summaries"))) {
        for (Path summary : summaries.toList()) {
          Files.deleteIfExists(summary); // the server may rename the one that it writes
        }
      }
      if (restarted) {
        server.startAgain();
        TestChain.assertFull(chain.next(server), "summar");
      } else {
        BackupMetadata taken = chain.next(server);
        TestChain.assertWay(taken, "page-lsn");
        assertThat(taken.findings()).anyMatch(each -> each.message().contains("summar"));
      }
    }
    chain.assertRestores(chain.last(), 17);
  }

  @Test
  void summariesThatAreOff() throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server = PgServer.of(17).setting("autovacuum", "off").start()) {
      fill(server);
      chain.full(server);
      server.execute("UPDATE t SET note = 'x' WHERE id = 1");
      BackupMetadata taken = chain.next(server);
      TestChain.assertWay(taken, "page-lsn");
      assertThat(taken.findings())
          .anySatisfy(
              each -> {
                assertThat(each.message()).contains("summarize_wal is off");
                assertThat(each.hint()).contains("ALTER SYSTEM SET summarize_wal = on");
              });
      // From now on there are summaries, but not of what was before.
      server.execute("ALTER SYSTEM SET summarize_wal = on", "SELECT pg_reload_conf()");
      server.execute("UPDATE t SET note = 'y' WHERE id = 2");
      assertThat(chain.next(server).parent()).contains(taken.backupId());
      server.execute("UPDATE t SET note = 'z' WHERE id = 3");
      TestChain.assertWay(chain.next(server), "server");
    }
    chain.assertLastRestores(17);
  }

  /** The role that the documentation asks for can do no more than replicate. */
  @Test
  void aRoleThatCanOnlyReplicate() throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server = IncrementalBackupIT.server(17, "server")) {
      fill(server);
      server.execute("CREATE ROLE backup LOGIN REPLICATION PASSWORD 'Pa55-of-the-role'");
      Postgres role =
          Postgres.at(server.host(), server.port())
              .user("backup")
              .password(Secret.of("Pa55-of-the-role"));
      chain.full(server);
      server.execute("UPDATE t SET note = 'x' WHERE id = 1");
      BackupMetadata taken = chain.next(role, server);
      TestChain.assertWay(taken, "server");
      server.restart();
      server.execute("UPDATE t SET note = 'y' WHERE id = 1");
      TestChain.assertWay(chain.next(role, server), "server");
      server.crash();
      server.startAgain();
      server.execute("UPDATE t SET note = 'z' WHERE id = 1");
      TestChain.assertWay(chain.next(role, server), "server");
    }
    chain.assertLastRestores(17);
  }

  /** Nobody can look at the summaries, and after a restart not at when it was started either. */
  @Test
  void aRoleWithoutSql() throws Exception {
    TestChain chain = new TestChain(folder);
    try (PgServer server =
        PgServer.of(17)
            .setting("autovacuum", "off")
            .setting("summarize_wal", "on")
            .hba("host replication backup 127.0.0.1/32 scram-sha-256")
            .hba("host all backup 127.0.0.1/32 reject")
            .start()) {
      fill(server);
      server.execute("CREATE ROLE backup LOGIN REPLICATION PASSWORD 'Pa55-of-the-role'");
      Postgres role =
          Postgres.at(server.host(), server.port())
              .user("backup")
              .password(Secret.of("Pa55-of-the-role"));
      chain.full(server);
      server.execute("UPDATE t SET note = 'x' WHERE id = 1");
      TestChain.assertFull(chain.next(role, server), "summaries cannot be checked");
    }
    chain.assertLastRestores(17);
  }

  /** The host that takes backups needs no secret key if it remembers what the next builds on. */
  @Test
  void withoutTheSecretKey() throws Exception {
    TestChain chain = new TestChain(folder);
    Path memory = folder.resolve("memory");
    try (PgServer server = PgServer.of(15).setting("autovacuum", "off").start()) {
      fill(server);
      chain.next(keyless(chain, server, null), server);
      server.execute("UPDATE t SET note = 'x' WHERE id = 1");
      TestChain.assertFull(chain.next(keyless(chain, server, null), server), "no secret key");
      BackupMetadata unknown = chain.next(keyless(chain, server, memory), server);
      TestChain.assertFull(unknown, "does not remember it");
      server.execute("UPDATE t SET note = 'y' WHERE id = 2");
      TestChain.assertWay(chain.next(keyless(chain, server, memory), server), "page-lsn");
      server.execute("UPDATE t SET note = 'z' WHERE id = 3");
      TestChain.assertWay(chain.next(keyless(chain, server, memory), server), "page-lsn");
      try (Stream<Path> files = Files.walk(memory)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          byte[] bytes = Files.readAllBytes(file);
          bytes[bytes.length / 2] ^= 1;
          Files.write(file, bytes);
        }
      }
      TestChain.assertFull(
          chain.next(keyless(chain, server, memory), server), "does not remember it");
    }
    chain.assertLastRestores(15);
  }

  private static BackupConfig keyless(TestChain chain, PgServer server, Path memory) {
    BackupConfig.Builder builder =
        BackupConfig.builder("trading-engine")
            .encryption(OpenPgp.recipients(chain.system.publicKey))
            .compression(Compression.zstd(1).volumeSize(1 << 20))
            .destination(LocalDirectory.at(chain.system.repository))
            .source(PostgresBackupIT.postgres(server));
    return memory == null
        ? builder.build()
        : builder.incremental(IncrementalOptions.defaults().memory(memory)).build();
  }

  private static void fill(PgServer server) {
    server.execute(
        "CREATE TABLE t AS SELECT g AS id, md5(g::text) AS note FROM generate_series(1, 20000) g",
        "CREATE INDEX ON t (id)",
        "VACUUM (FREEZE) t",
        "CHECKPOINT");
  }
}
