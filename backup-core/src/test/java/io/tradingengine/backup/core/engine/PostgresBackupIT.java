package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Postgres;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** PostgreSQL, config and state as one backup, and back. */
class PostgresBackupIT {
  @TempDir Path folder;

  @ParameterizedTest
  @FieldSource("io.tradingengine.backup.core.support.PgServer#MAJORS")
  void aBackupTakenUnderLoadRestoresToAServerWithEqualInvariants(int major) throws Exception {
    TestSystem system = new TestSystem(folder).fill(1);
    BackupMetadata metadata;
    try (PgServer server = PgServer.start(major)) {
      TradingLoad.prepare(server, 200_000);
      try (TradingLoad load = new TradingLoad(server)) {
        metadata = backUp(withPostgres(system, server));
        assertThat(load.stop()).isPositive();
      }
    }

    assertThat(metadata.degraded()).isFalse();
    assertThat(metadata.sources())
        .extracting("name")
        .containsExactly("config", "state", "postgres");
    assertThat(metadata.sources().get(2).asOf())
        .as("the files were read when the database was through")
        .isBefore(metadata.sources().get(0).asOf());
    assertThat(metadata.spread()).isLessThan(metadata.duration());
    RestoreReport report = restore(system, RestoreRequest.latest().into(folder.resolve("back")));

    Path data = folder.resolve("back/postgres");
    assertThat(report.sources()).hasSize(3);
    if (major == 15) {
      Oracles.run(Oracles.require("pg_verifybackup").toString(), "-e", "-n", data.toString())
          .orFail();
    }
    try (PgServer restored = PgServer.start(data, major)) {
      assertThat(TradingLoad.violations(restored)).isEmpty();
      restored.execute("CREATE EXTENSION IF NOT EXISTS amcheck");
      assertThat(
              restored.value(
                  "SELECT count(bt_index_check(c.oid, true)::text) >= 0 FROM pg_class c JOIN pg_am a ON a.oid"
                      + " = c.relam AND a.amname = 'btree' WHERE c.relkind = 'i'"))
          .isEqualTo("t");
    }
  }

  @Test
  void passwordsAppearNowhereInTheRepository() throws Exception {
    TestSystem system = new TestSystem(folder);
    try (PgServer server = PgServer.start(17)) {
      backUp(
          system
              .base()
              .encryption(io.tradingengine.backup.Encryption.none())
              .decryption(() -> io.tradingengine.backup.spi.Settings.of("none"))
              .compression(io.tradingengine.backup.Compression.none())
              .source(postgres(server))
              .build());
    }
    try (Stream<Path> files = Files.walk(system.repository)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String text =
            new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(text.contains(PgServer.PASSWORD)).as(file.toString()).isFalse();
      }
    }
  }

  static BackupConfig withPostgres(TestSystem system, PgServer server) {
    return system.files().source(postgres(server)).build();
  }

  static Postgres postgres(PgServer server) {
    return Postgres.at(server.host(), server.port())
        .user(PgServer.USER)
        .password(Secret.of(PgServer.PASSWORD));
  }

  static BackupMetadata backUp(BackupConfig config) {
    try (BackupManager manager = BackupManager.create(config)) {
      return manager.createFullBackup();
    }
  }

  /** Restores on a machine where no server runs. */
  static RestoreReport restore(TestSystem system, RestoreRequest request) {
    BackupConfig config = system.files().source(Postgres.at("localhost", 1)).build();
    try (RestoreManager manager = RestoreManager.create(config)) {
      return manager.execute(manager.plan(request));
    }
  }
}
