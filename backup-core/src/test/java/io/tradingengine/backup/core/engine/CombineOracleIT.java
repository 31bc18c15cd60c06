package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Compression;
import io.tradingengine.backup.Encryption;
import io.tradingengine.backup.LocalDirectory;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PostgreSQL's own {@code pg_combinebackup} puts a chain together as a restore does. Optional:
 * Debian has the program with PostgreSQL 17 and newer only.
 */
class CombineOracleIT {
  /** What a restore replaces, or a program writes in its own way. */
  private static final List<String> DIFFERENT =
      List.of(
          "postgresql.",
          "pg_hba.conf",
          "pg_ident.conf",
          "production-",
          "backup_manifest",
          "pg_wal/");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {17, 18})
  void aRestoreGivesWhatPgCombinebackupGives(int major) throws Exception {
    Path program = Path.of("/usr/lib/postgresql/" + major + "/bin/pg_combinebackup");
    assumeThat(program).as("an optional oracle").isExecutable();
    List<String> command = new ArrayList<>(List.of(program.toString()));
    BackupConfig config;
    BackupMetadata tip;
    try (PgServer server = IncrementalBackupIT.server(major, "server")) {
      config = config(server);
      server.execute(
          "CREATE TABLE t AS SELECT g AS id, md5(g::text) FROM generate_series(1, 50000) g");
      try (BackupManager manager = BackupManager.create(config)) {
        tip = manager.createFullBackup();
        command.add(unpacked(tip).toString());
        for (int link = 1; link <= 2; link++) {
          server.execute(
              "UPDATE t SET md5 = 'changed' WHERE id % 1000 = " + link,
              "INSERT INTO t SELECT g, 'new' FROM generate_series(1, 5000) g");
          tip = manager.createIncrementalBackup();
          assertThat(tip.sources().get(0).attributes()).containsEntry("incremental-way", "server");
          command.add(unpacked(tip).toString());
        }
      }
    }
    Path theirs = folder.resolve("theirs");
    command.addAll(List.of("-o", theirs.toString()));
    Oracles.run(command).orFail();
    try (RestoreManager manager = RestoreManager.create(config)) {
      manager.execute(manager.plan(RestoreRequest.of(tip.backupId()).into(folder.resolve("ours"))));
    }

    assertThat(comparable(folder.resolve("ours/postgres"))).isEqualTo(comparable(theirs));
  }

  private BackupConfig config(PgServer server) {
    return BackupConfig.builder("trading-engine")
        .source(PostgresBackupIT.postgres(server))
        .encryption(Encryption.none())
        .decryption(() -> Settings.of("none"))
        .compression(Compression.none())
        .destination(LocalDirectory.at(folder.resolve("repository")))
        .build();
  }

  /** A backup as {@code pg_basebackup} would have written it. */
  private Path unpacked(BackupMetadata backup) throws IOException {
    Path stored = folder.resolve("repository/" + backup.backupId() + "/postgres");
    Path data = folder.resolve("unpacked-" + backup.backupId());
    Files.createDirectories(data);
    Oracles.run(
            "sh",
            "-c",
            "cat '%s'/base-*.tar | tar x -C '%s' && cat '%s'/backup-manifest-* > '%s'/backup_manifest"
                .formatted(stored, data, stored, data))
        .orFail();
    return data;
  }

  private static NavigableMap<String, String> comparable(Path data) throws IOException {
    NavigableMap<String, String> contents = new TreeMap<>(TestSystem.contents(data));
    try (Stream<String> names = List.copyOf(contents.keySet()).stream()) {
      names
          .filter(name -> name.endsWith("/") || DIFFERENT.stream().anyMatch(name::startsWith))
          .forEach(contents::remove);
    }
    return contents;
  }
}
