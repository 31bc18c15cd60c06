package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.Source;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

@Timeout(180)
class PostgresFenceIT {
  static final List<Integer> MAJORS = PgServer.MAJORS;

  private static final String SYSTEM = "trading-engine";

  @TempDir static Path folder;
  private static PgServer server;

  @BeforeAll
  static void startServer() {
    server =
        PgServer.of(17)
            .setting("idle_session_timeout", "1s")
            .hba("host postgres copier 127.0.0.1/32 reject")
            .start();
    createRole(server, "backup");
    createRole(server, "other");
    createRole(server, "copier");
  }

  /** As docs/postgres.md has it, and nothing more. */
  private static void createRole(PgServer server, String name) {
    server.execute(
        "create role " + name + " login replication password '" + name + "-secret'",
        "grant pg_read_all_settings to " + name);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static Settings settings(PgServer server, String role) {
    return Settings.of("postgres")
        .with("host", server.host())
        .with("port", server.port())
        .with("user", role)
        .with("password", role + "-secret");
  }

  private static Source source(PgServer server, String role) {
    return new PostgresSourceProvider().open("postgres", settings(server, role));
  }

  private static Lease fence(PgServer server, String role) throws Exception {
    try (Source source = source(server, role)) {
      return source.fence(SYSTEM, role + "'s run").orElseThrow();
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void oneRunAtATimeInEveryVersion(int major) throws Exception {
    try (PgServer each = PgServer.start(major)) {
      createRole(each, "backup");
      Lease first = fence(each, "backup");
      first.confirm();
      assertThatThrownBy(() -> fence(each, "backup"))
          .isInstanceOf(RepositoryLockedException.class)
          .hasMessageContaining(
              "PostgreSQL at 127.0.0.1:" + each.port() + " is being backed up for " + SYSTEM)
          .hasMessageMatching(
              "(?s).* by trading-engine-backup: backup's run \\(pid \\d+, from 127\\.0\\.0\\.1,"
                  + " since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\)\\R.*HINT.*");
      first.confirm();
      first.close();
      first.close();
      assertThatThrownBy(first::confirm).isInstanceOf(LeaseLostException.class);
      try (Lease second = fence(each, "backup")) {
        second.confirm();
        assertThat(second.strength()).isEqualTo(Lease.Strength.EXPIRING);
        first.close();
        second.confirm();
      }
    }
  }

  @Test
  void theNumberIsTheOneThatIsDocumented() {
    for (String name : List.of(SYSTEM, "a", "Börse", "prod-7")) {
      String sql =
          "select ('x' || left(encode(sha256(convert_to('trading-engine-backup:' || '"
              + name
              + "', 'UTF8')), 'hex'), 16))::bit(64)::bigint";
      assertThat(server.value(sql)).isEqualTo(Long.toString(BackupFence.key(name)));
    }
    // So that a change of the formula fails here and not between two versions of the library.
    assertThat(BackupFence.key(SYSTEM)).isEqualTo(-246038145331836678L);
  }

  @Test
  void runsOfOtherSystemsAreNotKeptOut() throws Exception {
    try (Source source = source(server, "backup");
        Lease one = source.fence("one", "x").orElseThrow();
        Lease two = source.fence("two", "x").orElseThrow()) {
      one.confirm();
      two.confirm();
    }
  }

  @Test
  void ofAnotherRolesSessionAtLeastTheNumberIsNamed() throws Exception {
    try (Lease held = fence(server, "other")) {
      assertThatThrownBy(() -> fence(server, "backup"))
          .isInstanceOf(RepositoryLockedException.class)
          .hasMessageMatching("(?s).* by .*pid \\d+.*");
      held.confirm();
    }
  }

  @Test
  void anIdleSessionIsNotEnded() throws Exception {
    try (Lease held = fence(server, "backup")) {
      Thread.sleep(2500);
      held.confirm();
    }
  }

  @Test
  void aSessionThatIsEndedIsALostLock() throws Exception {
    Lease held = fence(server, "backup");
    server.execute(
        "select pg_terminate_backend(pid, 30000) from pg_locks where locktype = 'advisory'");
    assertThatThrownBy(held::confirm)
        .isInstanceOf(LeaseLostException.class)
        .hasMessageContaining("is gone with its session")
        .hasMessageContaining("HINT");
    try (Lease next = fence(server, "backup")) {
      next.confirm();
      assertThatThrownBy(held::confirm).isInstanceOf(LeaseLostException.class);
      held.close();
      next.confirm();
    }
  }

  @Test
  void aServerThatRestartsIsALostLock() throws Exception {
    try (PgServer restarting = PgServer.start(18)) {
      createRole(restarting, "backup");
      Lease held = fence(restarting, "backup");
      restarting.restart();
      assertThatThrownBy(held::confirm).isInstanceOf(LeaseLostException.class);
      held.close();
      fence(restarting, "backup").close();
    }
  }

  @Test
  void whereOnlyReplicationIsLetInThereIsNoFence() throws Exception {
    try (Source source = source(server, "copier")) {
      assertThat(source.fence(SYSTEM, "x")).isEmpty();
    }
  }

  @Test
  void aWrongPasswordIsAFailure() {
    Source source =
        new PostgresSourceProvider()
            .open("postgres", settings(server, "backup").with("password", "wrong"));
    assertThatThrownBy(() -> source.fence(SYSTEM, "x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("refuses the password of the role 'backup'");
    source.close();
  }

  @Test
  void ofManyThreadsOneGetsIt() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Future<Lease>> tries = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        tries.add(threads.submit(() -> fence(server, "backup")));
      }
      int won = 0;
      List<Lease> leases = new ArrayList<>();
      for (Future<Lease> each : tries) {
        try {
          leases.add(each.get());
          won++;
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(RepositoryLockedException.class);
        }
      }
      assertThat(won).isEqualTo(1);
      leases.get(0).confirm();
      leases.get(0).close();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void anInterruptedHolderHearsOfTheInterruptionAndFreesTheLock() throws Exception {
    Lease held = fence(server, "backup");
    Thread.currentThread().interrupt();
    assertThatThrownBy(held::confirm).isInstanceOf(InterruptedIOException.class);
    held.close();
    assertThat(Thread.interrupted()).isTrue();
    fence(server, "backup").close();
  }

  @Test
  void whoIsInterruptedWhileTheLockIsTakenStopsTrying() throws Exception {
    try (Lease held = fence(server, "backup")) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> fence(server, "backup")).isInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).isFalse();
      held.confirm();
    }
  }

  @Test
  void aStandbyHasALockOfItsOwn() throws Exception {
    Path copy = folder.resolve("standby");
    try (PgServer primary = PgServer.start(17)) {
      createRole(primary, "backup");
      primary.stop();
      Oracles.run("cp", "-a", primary.dataDirectory().toString(), copy.toString()).orFail();
      primary.startAgain();
      Files.createFile(copy.resolve("standby.signal"));
      try (PgServer standby = PgServer.of(17).standby().start(copy);
          Lease there = fence(primary, "backup");
          Lease here = fence(standby, "backup")) {
        assertThat(standby.value("select pg_is_in_recovery()")).isEqualTo("t");
        there.confirm();
        here.confirm();
        assertThatThrownBy(() -> fence(standby, "backup"))
            .isInstanceOf(RepositoryLockedException.class);
      }
    }
  }
}
