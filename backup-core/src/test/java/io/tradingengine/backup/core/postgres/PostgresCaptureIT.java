package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.support.NonRoot;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class PostgresCaptureIT {
  static final List<Integer> MAJORS = PgServer.MAJORS;

  @TempDir Path folder;

  private static Source source(PgServer server) {
    return new PostgresSourceProvider().open("postgres", settings(server));
  }

  static Settings settings(PgServer server) {
    return Settings.of("postgres")
        .with("host", server.host())
        .with("port", server.port())
        .with("user", PgServer.USER)
        .with("password", PgServer.PASSWORD);
  }

  private FolderSink sink() throws IOException {
    return new FolderSink(Files.createDirectories(folder.resolve("artifacts")));
  }

  /** By hand, as anybody would: tar alone. */
  private Path unpack(FolderSink sink, SourceState state) throws IOException {
    return unpack(sink, state, folder.resolve("restored"));
  }

  private Path unpack(FolderSink sink, SourceState state, Path data) throws IOException {
    extract(sink.file("base.tar"), data);
    extract(sink.file("wal.tar"), data.resolve("pg_wal"));
    Files.copy(
        sink.file("backup-manifest"),
        data.resolve("backup_manifest"),
        StandardCopyOption.REPLACE_EXISTING);
    StringBuilder map = new StringBuilder();
    for (String attribute : state.attributes().keySet()) {
      if (attribute.startsWith("tablespace.")) {
        String oid = attribute.substring("tablespace.".length());
        Path moved = folder.resolve("tablespace-" + oid);
        extract(sink.file("tablespace-" + oid + ".tar"), moved);
        map.append(oid).append(' ').append(moved).append('\n');
        NonRoot.own(moved);
      }
    }
    if (map.length() > 0) {
      Files.writeString(data.resolve("tablespace_map"), map);
    }
    return data;
  }

  private static void extract(Path archive, Path into) throws IOException {
    Files.createDirectories(into);
    Files.setPosixFilePermissions(into, PosixFilePermissions.fromString("rwx------"));
    Oracles.run("tar", "--no-same-owner", "-xf", archive.toString(), "-C", into.toString())
        .orFail();
  }

  private static void createAccounts(PgServer server) {
    server.execute(
        "create table account (id int primary key, balance bigint not null)",
        "create table ledger (id bigserial primary key, debit int, credit int, amount int, pad text)",
        "insert into account select i, 1000 from generate_series(1, 5000) i",
        "create index on ledger (debit)",
        "vacuum analyze account");
  }

  /** Moves money about: the sum of all balances never changes. */
  private static CompletableFuture<Long> trade(PgServer server, AtomicBoolean stop) {
    return CompletableFuture.supplyAsync(
        () -> {
          long transactions = 0;
          try (Connection connection = server.connect();
              Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stop.get()) {
              int from = 1 + (int) (transactions * 7919 % 5000);
              int to = 1 + (int) ((transactions * 104729 + 17) % 5000);
              statement.execute("update account set balance = balance - 5 where id = " + from);
              statement.execute("update account set balance = balance + 5 where id = " + to);
              statement.execute(
                  "insert into ledger (debit, credit, amount, pad) values (%d, %d, 5, repeat('x', 200))"
                      .formatted(from, to));
              connection.commit();
              transactions++;
            }
            return transactions;
          } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aBackupTakenUnderLoadStartsAndIsConsistent(int major) throws Exception {
    try (PgServer server = PgServer.of(major).setting("checkpoint_timeout", "30s").start();
        Source source = source(server)) {
      createAccounts(server);
      server.execute(
          "create table filler as select i, repeat('y', 500) t from generate_series(1, 40000) i");
      AtomicBoolean stop = new AtomicBoolean();
      CompletableFuture<Long> trading = trade(server, stop);
      Thread.sleep(300);
      long before = Long.parseLong(server.value("select count(*) from ledger"));
      FolderSink sink = sink();
      SourceState state = source.capture(sink);
      stop.set(true);
      assertThat(trading.get(10, TimeUnit.SECONDS)).isPositive();

      assertThat(sink.findings).isEmpty();
      assertThat(sink.finished).containsExactlyInAnyOrder("base", "wal", "backup-manifest");
      assertThat(sink.expected)
          .isCloseTo(
              Files.size(sink.file("base.tar")),
              org.assertj.core.data.Percentage.withPercentage(20));
      assertThat(state.require("server-version")).startsWith(major + ".");
      assertThat(state.require("wal-segment-size")).isEqualTo("16777216");
      assertThat(state.require("data-directory")).isEqualTo(server.dataDirectory().toString());
      assertThat(state.attributes().toString()).doesNotContain(PgServer.PASSWORD);
      assertIndexIsRight(sink, "base", "global/pg_control");
      Path restored = unpack(sink, state);
      if (major == 15) {
        Oracles.run("pg_verifybackup", restored.toString()).orFail();
      }
      try (PgServer copy = PgServer.start(restored, major)) {
        assertThat(copy.value("select sum(balance) from account")).isEqualTo("5000000");
        assertThat(Long.parseLong(copy.value("select count(*) from ledger")))
            .isGreaterThanOrEqualTo(before);
        assertThat(
                copy.value(
                    "select sum(b) from (select 1000 - coalesce(d, 0) + coalesce(c, 0) b from account"
                        + " left join (select debit, sum(amount) d from ledger group by 1) x on debit = id"
                        + " left join (select credit, sum(amount) c from ledger group by 1) y on credit = id"
                        + " where balance <> 1000 - coalesce(d, 0) + coalesce(c, 0)) z"))
            .isNull();
        copy.execute(
            "create extension if not exists amcheck",
            "select bt_index_check(c.oid) from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam where a.amname = 'btree' and c.relpersistence = 'p'");
        copy.stop();
        if (major == 15) {
          Oracles.command("pg_checksums", "--check", "-D", restored.toString())
              .nonRoot()
              .run()
              .orFail();
        }
      }
      assertNothingRemains(server);
    }
  }

  private static void assertIndexIsRight(FolderSink sink, String artifact, String path)
      throws IOException {
    IndexEntry entry =
        sink.index.get(artifact).stream()
            .filter(e -> e.path().equals(path))
            .findFirst()
            .orElseThrow();
    byte[] bytes = new byte[(int) entry.size()];
    try (RandomAccessFile tar = new RandomAccessFile(sink.file(artifact + ".tar").toFile(), "r")) {
      tar.seek(entry.offset());
      tar.readFully(bytes);
    }
    Process process =
        new ProcessBuilder("tar", "-xOf", sink.file(artifact + ".tar").toString(), path).start();
    assertThat(process.getInputStream().readAllBytes()).isEqualTo(bytes);
  }

  private static void assertNothingRemains(PgServer server) throws InterruptedException {
    Instant deadline = Instant.now().plusSeconds(5);
    while (!server.value("select count(*) from pg_stat_replication").equals("0")
        && Instant.now().isBefore(deadline)) {
      Thread.sleep(50);
    }
    assertThat(server.value("select count(*) from pg_stat_replication")).isEqualTo("0");
    assertThat(server.value("select count(*) from pg_replication_slots")).isEqualTo("0");
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.contains("WAL receiver"));
  }

  @Test
  void tablespacesAndSmallWalSegmentsAreCaptured() throws Exception {
    Path space = Files.createDirectories(folder.resolve("space"));
    NonRoot.own(space);
    try (PgServer server = PgServer.of(15).initdb("--wal-segsize=1").start();
        Source source = source(server)) {
      server.execute(
          "create tablespace fast location '" + space + "'",
          "create table quote (id int, price int) tablespace fast",
          "insert into quote select i, i * 3 from generate_series(1, 20000) i");
      FolderSink sink = sink();
      SourceState state = source.capture(sink);
      assertThat(sink.findings).isEmpty();
      assertThat(state.require("wal-segment-size")).isEqualTo("1048576");
      String oid = server.value("select oid from pg_tablespace where spcname = 'fast'");
      assertThat(state.require("tablespace." + oid)).isEqualTo(space.toString());
      server.execute("drop table quote");
      Path restored = unpack(sink, state);
      try (PgServer copy = PgServer.start(restored, 15)) {
        assertThat(copy.value("select sum(price) from quote")).isEqualTo("600030000");
      }
    }
  }

  @Test
  void aDamagedPageIsNamedAndTheBackupKept() throws Exception {
    try (PgServer server = PgServer.start(15);
        Source source = source(server);
        Source plain =
            new PostgresSourceProvider()
                .open("pg", settings(server).with("user", "plain").with("password", "plain"))) {
      server.execute(
          "create role plain login replication password 'plain'",
          "create table trade (id int, pad text)",
          "insert into trade select i, repeat('z', 700) from generate_series(1, 2000) i",
          "checkpoint");
      String path = server.value("select pg_relation_filepath('trade')");
      server.stop();
      flipBit(server.dataDirectory().resolve(path), 17 * 8192 + 4000);
      Oracles.Result checksums =
          Oracles.command("pg_checksums", "--check", "-D", server.dataDirectory().toString())
              .nonRoot()
              .run();
      assertThat(checksums.stderr()).contains(path).contains("block 17");
      server.startAgain();

      FolderSink sink = sink();
      SourceState state = source.capture(sink);
      assertThat(sink.findings)
          .singleElement()
          .satisfies(found -> assertDamaged(found, path + ", block 17"));
      assertThat(sink.finished).contains("base", "wal", "backup-manifest");
      Path restored = unpack(sink, state);
      Oracles.run("pg_verifybackup", restored.toString()).orFail();

      // Who may not read pages again relies on the server, which ends with an error of its own.
      FolderSink second = new FolderSink(Files.createDirectories(folder.resolve("second")));
      plain.capture(second);
      assertThat(second.findings)
          .filteredOn(found -> found.severity() == Finding.Severity.WARNING)
          .satisfiesExactly(
              found -> assertDamaged(found, path + ", block 17"),
              found -> assertDamaged(found, "the server found damaged pages itself"));
      assertThat(second.finished).contains("base", "wal", "backup-manifest");
    }
  }

  private static void assertDamaged(Finding found, String text) {
    assertThat(found.severity()).isEqualTo(Finding.Severity.WARNING);
    assertThat(found.message()).contains(text).contains("checksum");
  }

  private static void flipBit(Path file, long offset) throws IOException {
    try (RandomAccessFile pages = new RandomAccessFile(file.toFile(), "rw")) {
      pages.seek(offset);
      int old = pages.read();
      pages.seek(offset);
      pages.write(old ^ 4);
    }
  }

  @Test
  void aStandbyCanBeCapturedAndALaterTimelineToo() throws Exception {
    try (PgServer primary = PgServer.start(17);
        Source source = source(primary)) {
      createAccounts(primary);
      FolderSink sink = sink();
      Path copy = unpack(sink, source.capture(sink));
      Files.createFile(copy.resolve("standby.signal"));
      try (PgServer standby =
          PgServer.of(17)
              .standby()
              .setting(
                  "primary_conninfo",
                  "host=127.0.0.1 port=%d user=%s password=%s"
                      .formatted(primary.port(), PgServer.USER, PgServer.PASSWORD))
              .start(copy)) {
        assertThat(captureAndSum(standby, folder.resolve("from-standby"))).isEqualTo("5000000");
        standby.execute("select pg_promote()", "checkpoint");
        assertThat(captureAndSum(standby, folder.resolve("timeline-2"))).isEqualTo("5000000");
      }
      FolderSink promoted = new FolderSink(folder.resolve("timeline-2"));
      Oracles.Result members =
          Oracles.run("tar", "-tf", promoted.file("wal.tar").toString()).orFail();
      assertThat(members.stdout()).startsWith("00000002.history").contains("\n00000002000000");
    }
  }

  private String captureAndSum(PgServer server, Path into) throws Exception {
    FolderSink sink = new FolderSink(Files.createDirectories(into));
    try (Source source = source(server)) {
      SourceState state = source.capture(sink);
      assertThat(sink.findings).isEmpty();
      Path restored = unpack(sink, state, folder.resolve("restored-" + into.getFileName()));
      Files.deleteIfExists(restored.resolve("standby.signal"));
      try (PgServer copy = PgServer.start(restored, server.major())) {
        return copy.value("select sum(balance) from account");
      }
    }
  }

  @Test
  void configurationOutsideTheDataDirectoryIsCaptured() throws Exception {
    Path etc = Files.createDirectories(folder.resolve("etc"));
    Path hba = etc.resolve("pg_hba.conf");
    Files.writeString(
        hba,
        "host all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n");
    NonRoot.own(etc);
    try (PgServer server = PgServer.of(17).setting("hba_file", hba.toString()).start();
        Source source = source(server)) {
      FolderSink sink = sink();
      source.capture(sink);
      assertThat(sink.findings).isEmpty();
      Path unpacked = folder.resolve("configuration");
      extract(sink.file("configuration.tar"), unpacked);
      assertThat(unpacked.resolve(hba.toString().substring(1))).hasSameBinaryContentAs(hba);
    }
  }

  @Test
  void aPlainReplicationRoleSufficesAndIsToldWhatItMisses() throws Exception {
    try (PgServer server = PgServer.start(18)) {
      server.execute("create role backup login replication password 'backup-secret'");
      try (Source source =
          new PostgresSourceProvider()
              .open(
                  "pg",
                  settings(server).with("user", "backup").with("password", "backup-secret"))) {
        assertThat(source.check()).noneMatch(f -> f.severity() == Finding.Severity.ERROR);
        FolderSink sink = sink();
        SourceState state = source.capture(sink);
        assertThat(state.find("data-directory")).isEmpty();
        assertThat(sink.findings)
            .singleElement()
            .satisfies(
                found -> {
                  assertThat(found.severity()).isEqualTo(Finding.Severity.INFO);
                  assertThat(found.hint()).contains("GRANT pg_read_all_settings");
                });
        server.execute(
            "GRANT pg_read_all_settings, pg_read_server_files TO \"backup\"",
            "GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO \"backup\"");
        FolderSink second = new FolderSink(Files.createDirectories(folder.resolve("second")));
        assertThat(source.capture(second).find("data-directory")).isPresent();
        assertThat(second.findings).isEmpty();
      }
    }
  }

  @Test
  void anInterruptEndsTheCopyAtOnceAndLeavesNothingBehind() throws Exception {
    try (PgServer server = PgServer.start(17);
        Source source = source(server)) {
      server.execute(
          "create table big as select i, repeat('w', 800) t from generate_series(1, 60000) i");
      CountDownLatch copying = new CountDownLatch(1);
      AtomicReference<Throwable> outcome = new AtomicReference<>();
      FolderSink slow =
          new FolderSink(Files.createDirectories(folder.resolve("slow"))) {
            @Override
            void arrived(String artifact, int bytes) {
              if (artifact.equals("base")) {
                copying.countDown();
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
              }
            }
          };
      Thread thread =
          new Thread(
              () -> {
                try {
                  source.capture(slow);
                } catch (Throwable e) {
                  outcome.set(e);
                }
              });
      thread.start();
      assertThat(copying.await(20, TimeUnit.SECONDS)).isTrue();
      Instant begin = Instant.now();
      thread.interrupt();
      thread.join(5000);
      assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(1));
      assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
      assertThat(slow.finished).doesNotContain("base", "wal");
      assertNothingRemains(server);
    }
  }

  @Test
  void whatFailsFirstIsWhatIsReported() throws Exception {
    try (PgServer server = PgServer.start(15);
        Source source = source(server)) {
      server.execute(
          "create table big as select i, repeat('w', 800) t from generate_series(1, 20000) i");
      for (String failing : List.of("base", "wal")) {
        FolderSink sink =
            new FolderSink(Files.createDirectories(folder.resolve("failing-" + failing))) {
              @Override
              void arrived(String artifact, int bytes) throws IOException {
                if (artifact.equals(failing)) {
                  throw new IOException("no space for " + artifact);
                }
              }
            };
        assertThatThrownBy(() -> source.capture(sink))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("no space for " + failing);
        assertNothingRemains(server);
      }
    }
  }

  @Test
  void aServerThatDiesInTheMiddleFailsTheCapture() throws Exception {
    try (PgServer server = PgServer.start(15);
        Source source = source(server)) {
      server.execute(
          "create table big as select i, repeat('w', 800) t from generate_series(1, 60000) i");
      FolderSink sink =
          new FolderSink(Files.createDirectories(folder.resolve("dying"))) {
            private boolean crashed;

            @Override
            void arrived(String artifact, int bytes) {
              if (artifact.equals("base") && !crashed) {
                crashed = true;
                server.crash();
              }
            }
          };
      assertThatThrownBy(() -> source.capture(sink)).isInstanceOf(IOException.class);
      assertThat(sink.finished).doesNotContain("base");
      server.startAgain();
      assertNothingRemains(server);
    }
  }
}
