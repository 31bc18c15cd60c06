package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Postgres;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.core.support.PgServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;

/** Takes backups of a server that build on one another, and compares what is restored of them. */
final class TestChain {
  final TestSystem system;
  private final Path folder;
  private final Map<BackupId, SortedMap<String, String>> dumps = new LinkedHashMap<>();

  TestChain(Path folder) {
    this(folder, new TestSystem(folder));
  }

  TestChain(Path folder, TestSystem system) {
    this.folder = folder;
    this.system = system;
  }

  /** A full backup of the server as it is. */
  BackupMetadata full(PgServer server) {
    try (BackupManager manager = BackupManager.create(config(PostgresBackupIT.postgres(server)))) {
      return noted(server, manager::createFullBackup);
    }
  }

  /** A backup of what has changed, or what is taken instead. */
  BackupMetadata next(PgServer server) {
    return next(PostgresBackupIT.postgres(server), server);
  }

  /** The same by another role. */
  BackupMetadata next(Postgres source, PgServer server) {
    return next(config(source), server);
  }

  BackupMetadata next(BackupConfig config, PgServer server) {
    try (BackupManager manager = BackupManager.create(config)) {
      return noted(server, manager::createIncrementalBackup);
    }
  }

  private BackupConfig config(Postgres source) {
    return system.base().source(source).build();
  }

  private BackupMetadata noted(PgServer server, Supplier<BackupMetadata> backup) {
    SortedMap<String, String> dump = ChangingDatabase.dump(server);
    BackupMetadata taken = backup.get();
    dumps.put(taken.backupId(), dump);
    return taken;
  }

  /** Checks which way a backup was taken. */
  static void assertWay(BackupMetadata taken, String way) {
    assertThat(taken.kind()).as(taken.findings().toString()).isEqualTo(BackupKind.INCREMENTAL);
    assertThat(taken.sources().get(0).attributes()).containsEntry("incremental-way", way);
  }

  /** Checks that a full backup was taken instead of an incremental one, and that it is said why. */
  static void assertFull(BackupMetadata taken, String why) {
    assertThat(taken.kind()).as(taken.findings().toString()).isEqualTo(BackupKind.FULL);
    assertThat(taken.parent()).isEmpty();
    assertThat(taken.findings())
        .anySatisfy(
            each ->
                assertThat(each.message())
                    .contains("a full backup was taken, not an incremental one")
                    .contains(why));
  }

  /** Checks that each backup restores to what the server showed when it was taken. */
  void assertAllRestore(int major) throws Exception {
    for (BackupId id : dumps.keySet()) {
      assertRestores(id, major);
    }
  }

  void assertLastRestores(int major) throws Exception {
    assertRestores(last(), major);
  }

  void assertRestores(BackupId id, int major) throws Exception {
    try (PgServer restored = restored(id, major)) {
      assertThat(ChangingDatabase.dump(restored)).as(id.toString()).isEqualTo(dumps.get(id));
      assertSound(restored);
    }
  }

  /** The newest backup. */
  BackupId last() {
    return dumps.keySet().stream().reduce((one, other) -> other).orElseThrow();
  }

  /** Starts a restored copy once more. */
  PgServer again(BackupId id, int major) {
    return start(place(id), major);
  }

  private Path place(BackupId id) {
    return folder.resolve("restored-" + id);
  }

  private static PgServer start(Path into, int major) {
    PgServer.Builder builder = PgServer.of(major).setting("autovacuum", "off");
    if (major >= 17) {
      builder.setting("summarize_wal", "on");
    }
    return builder.start(into.resolve("postgres"));
  }

  /** A restored copy, started. */
  PgServer restored(BackupId id, int major) {
    Path into = place(id);
    RestoreReport report = PostgresBackupIT.restore(system, request(id, into));
    assertThat(report.sources().get(0).findings())
        .noneMatch(each -> each.message().contains("checksum"));
    return start(into, major);
  }

  /** Tablespaces go below the target as well. */
  private RestoreRequest request(BackupId id, Path into) {
    RestoreRequest request = RestoreRequest.of(id).into(into);
    try (var manager = IncrementalBackupIT.restores(system)) {
      for (BackupMetadata each : manager.list()) {
        if (each.backupId().equals(id)) {
          for (Map.Entry<String, String> attribute :
              each.sources().get(0).attributes().entrySet()) {
            if (attribute.getKey().startsWith("tablespace.")) {
              Path from = Path.of(attribute.getValue());
              request = request.relocate(from, into.resolve("at-" + from.getFileName()));
            }
          }
        }
      }
    }
    return request;
  }

  /** Tables agree with their indexes and with what is noted as visible to all and as frozen. */
  static void assertSound(PgServer server) {
    ChangingDatabase.amcheck(server);
    for (List<String> row :
        server.query("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate")) {
      try (Connection connection = server.connect(row.get(0), PgServer.USER, PgServer.PASSWORD);
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE EXTENSION IF NOT EXISTS pg_visibility");
        try (ResultSet result =
            statement.executeQuery(
                "SELECT (SELECT count(*) FROM pg_class c, LATERAL pg_check_visible(c.oid) WHERE"
                    + " c.relkind IN ('r', 't', 'm') AND c.relpersistence = 'p'),"
                    + " (SELECT count(*) FROM pg_class c, LATERAL pg_check_frozen(c.oid) WHERE"
                    + " c.relkind IN ('r', 't', 'm') AND c.relpersistence = 'p')")) {
          result.next();
          assertThat(result.getLong(1)).as("rows wrongly noted as visible to all").isZero();
          assertThat(result.getLong(2)).as("rows wrongly noted as frozen").isZero();
        }
      } catch (SQLException e) {
        throw new IllegalStateException(row + ": " + e.getMessage(), e);
      }
    }
  }
}
