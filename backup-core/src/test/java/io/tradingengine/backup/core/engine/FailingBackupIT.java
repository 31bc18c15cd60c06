package io.tradingengine.backup.core.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Postgres;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.support.PgServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What cannot be backed up is said in one clear message, without a password, and leaves nothing.
 */
class FailingBackupIT {
  private static final String WRONG = "wr0ng-Pa55word";
  private static PgServer server;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    server =
        PgServer.of(17).setting("max_wal_senders", "2").setting("max_connections", "20").start();
    server.execute(
        "CREATE ROLE plain LOGIN PASSWORD '" + PgServer.PASSWORD + "'",
        "CREATE ROLE backup LOGIN REPLICATION PASSWORD '" + PgServer.PASSWORD + "'");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aWrongPassword() {
    assertRefused(at(server.port()).password(Secret.of(WRONG)), "password");
  }

  @Test
  void aMissingPrivilege() {
    assertRefused(
        at(server.port()).user("plain").password(Secret.of(PgServer.PASSWORD)),
        "ALTER ROLE",
        "REPLICATION");
  }

  @Test
  void anUnreachableHost() {
    assertRefused(at(1).password(Secret.of(PgServer.PASSWORD)), "127.0.0.1:1");
  }

  @Test
  void noFreeWalSender() {
    try (PgServer busy = PgServer.of(17).setting("max_wal_senders", "1").start()) {
      assertRefused(at(busy.port()).password(Secret.of(PgServer.PASSWORD)), "max_wal_senders");
    }
  }

  private static Postgres at(int port) {
    return Postgres.at("127.0.0.1", port).user(PgServer.USER);
  }

  private void assertRefused(Postgres postgres, String... says) {
    TestSystem system = new TestSystem(folder);
    PrintStream console = System.out;
    ByteArrayOutputStream logged = new ByteArrayOutputStream();
    System.setOut(new PrintStream(logged, true, UTF_8)); // where the logger writes
    BackupException refused;
    try {
      refused =
          catchThrowableOfType(
              BackupException.class,
              () -> PostgresBackupIT.backUp(system.base().source(postgres).build()));
    } finally {
      System.setOut(console);
    }

    assertThat(refused).hasMessageContainingAll(says);
    StringWriter trace = new StringWriter();
    refused.printStackTrace(new PrintWriter(trace));
    assertThat(trace + logged.toString(UTF_8)).doesNotContain(WRONG, PgServer.PASSWORD);
    assertThat(Files.exists(system.repository.resolve("repository.json"))).isFalse();
  }
}
