package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.ArchivingOptions;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.LocalDirectory;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.Postgres;
import io.tradingengine.backup.Redis;
import io.tradingengine.backup.ReplicationRequest;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.Retention;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.core.support.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is archived, in several destinations: lost, replicated, expired, and killed in between. */
@Timeout(180)
class ArchivedCopiesIT {
  private static final Duration SHIP_EVERY = Duration.ofSeconds(1);

  @TempDir Path folder;

  private static BackupConfig config(
      TestSystem system, Postgres postgres, List<String> destinations) {
    BackupConfig.Builder builder =
        BackupConfig.builder("trading-engine")
            .encryption(OpenPgp.recipients(system.publicKey))
            .decryption(
                OpenPgp.secretKey(system.secretKey).passphrase(Secret.of(TestSystem.PASSPHRASE)))
            .source(postgres)
            .retention(Retention.daily(1).minimum(1).window(Duration.ofSeconds(1)))
            .archiving(ArchivingOptions.spool(system.root.resolve("spool")).shipEvery(SHIP_EVERY));
    destinations.forEach(
        name -> builder.destination(LocalDirectory.at(system.root.resolve(name)).named(name)));
    return builder.build();
  }

  private static Postgres nobody() {
    return Postgres.at("localhost", 1);
  }

  private static void prepare(PgServer server) {
    server.execute("CREATE TABLE trade (id bigserial PRIMARY KEY, at timestamptz, note text)");
  }

  private static void insert(PgServer server, int rows) {
    server.execute(
        "INSERT INTO trade (at, note) SELECT clock_timestamp(), repeat('x', 300) FROM"
            + " generate_series(1, "
            + rows
            + ")");
  }

  private long restored(TestSystem system, String destination, RestoreRequest request)
      throws Exception {
    Path into = Files.createTempDirectory(folder, "back");
    try (RestoreManager manager =
        RestoreManager.create(config(system, nobody(), List.of(destination)))) {
      RestorePlan plan = manager.plan(request.into(into));
      assertThat(plan.obstacles()).isEmpty();
      manager.execute(plan);
    }
    try (PgServer server = PgServer.start(into.resolve("postgres"), 17)) {
      while (server.value("SELECT pg_is_in_recovery()").equals("t")) {
        Thread.sleep(50);
      }
      return Long.parseLong(server.value("SELECT count(*) FROM trade"));
    }
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void oneDestinationAloneBringsBackAllButTheLastMomentAndReplicatesToANewOne() throws Exception {
    TestSystem system = new TestSystem(folder);
    long marked;
    long all;
    try (PgServer server = PgServer.of(17).initdb("--wal-segsize=1").start()) {
      prepare(server);
      try (BackupManager manager =
              BackupManager.create(
                  config(system, PostgresBackupIT.postgres(server), List.of("near", "far")));
          Archiving archiving = manager.startArchiving()) {
        manager.createFullBackup();
        insert(server, 5000);
        manager.markRecoveryPoint("marked");
        marked = 5000;
        long end = System.nanoTime() + Duration.ofSeconds(6).toNanos();
        while (System.nanoTime() < end) {
          insert(server, 10);
          Thread.sleep(10);
        }
        assertThat(archiving.status().findings()).isEmpty();
      }
      all = Long.parseLong(server.value("SELECT count(*) FROM trade"));
    }
    // The host burns down: its disk, with the spool, is gone.
    delete(folder.resolve("near"));
    delete(folder.resolve("spool"));
    long rescued = restored(system, "far", RestoreRequest.latest());
    // Rows of one statement a hundredth of a second, for at most two intervals and a point's.
    assertThat(all - rescued).isBetween(0L, 10L * 100 * 3);
    assertThat(restored(system, "far", RestoreRequest.latest().atPoint("marked")))
        .isEqualTo(marked);

    try (BackupManager manager =
        BackupManager.create(config(system, nobody(), List.of("far", "new")))) {
      assertThat(manager.replicate(ReplicationRequest.all()).toString()).contains("new");
    }
    delete(folder.resolve("far"));
    assertThat(restored(system, "new", RestoreRequest.latest())).isEqualTo(rescued);
  }

  @Test
  void retentionRemovesWhatNobodyNeedsAndNothingElse() throws Exception {
    TestSystem system = new TestSystem(folder);
    try (PgServer server = PgServer.of(17).initdb("--wal-segsize=1").start();
        BackupManager manager =
            BackupManager.create(
                config(system, PostgresBackupIT.postgres(server), List.of("near")));
        Archiving archiving = manager.startArchiving()) {
      prepare(server);
      manager.createFullBackup();
      insert(server, 10_000);
      manager.markRecoveryPoint("early");
      Thread.sleep(1500);
      manager.createFullBackup();
      insert(server, 10_000);
      manager.markRecoveryPoint("late");
      Thread.sleep(2500);
      long before = segments(system);
      ExpiryReport report = manager.expire(manager.planExpiry());
      assertThat(report.destinations()).hasSize(1);
      assertThat(segments(system)).isLessThan(before);
      insert(server, 1000);
      manager.markRecoveryPoint("later");
      assertThat(archiving.status().findings()).isEmpty();
    }
    assertThat(restored(system, "near", RestoreRequest.latest().atPoint("late"))).isEqualTo(20_000);
    assertThat(restored(system, "near", RestoreRequest.latest())).isEqualTo(21_000);
  }

  private long segments(TestSystem system) throws IOException {
    try (Stream<Path> files = Files.walk(system.root.resolve("near/wal"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void anArchiverThatIsKilledAtAnyMomentLosesNothing() throws Exception {
    TestSystem system = new TestSystem(folder);
    long all;
    try (PgServer server = PgServer.of(17).initdb("--wal-segsize=1").start()) {
      prepare(server);
      try (BackupManager manager =
              BackupManager.create(
                  config(system, PostgresBackupIT.postgres(server), List.of("near")));
          Archiving archiving = manager.startArchiving()) {
        manager.createFullBackup();
        assertThat(archiving.status().fullBackupDue()).isEmpty();
      }
      Random random = new Random(11);
      for (int i = 0; i < 4; i++) {
        Process process =
            KilledBackupIT.fork(
                Archiver.class, system.root.toString(), Integer.toString(server.port()));
        try {
          assertThat(process.getInputStream().read()).isEqualTo('.');
          long end = System.nanoTime() + Duration.ofMillis(500 + random.nextInt(2500)).toNanos();
          while (System.nanoTime() < end) {
            insert(server, 300);
          }
          assertThat(process.isAlive()).isTrue();
        } finally {
          process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        insert(server, 1000);
      }
      try (BackupManager manager =
              BackupManager.create(
                  config(system, PostgresBackupIT.postgres(server), List.of("near")));
          Archiving archiving = manager.startArchiving()) {
        manager.markRecoveryPoint("after all");
        assertThat(archiving.status().findings()).isEmpty();
        assertThat(archiving.status().fullBackupDue()).isEmpty();
      }
      all = Long.parseLong(server.value("SELECT count(*) FROM trade"));
    }
    assertThat(restored(system, "near", RestoreRequest.latest().atPoint("after all")))
        .isEqualTo(all);
  }

  /** Archives until it is killed; prints a dot when it begins. */
  static final class Archiver {
    private Archiver() {}

    public static void main(String[] args) throws InterruptedException {
      TestSystem system = TestSystem.existing(Path.of(args[0]));
      Postgres postgres =
          Postgres.at("127.0.0.1", Integer.parseInt(args[1]))
              .user(PgServer.USER)
              .password(Secret.of(PgServer.PASSWORD));
      try (BackupManager manager = BackupManager.create(config(system, postgres, List.of("near")));
          Archiving archiving = manager.startArchiving()) {
        while (archiving.status().sources().get(0).received().isEmpty()) {
          Thread.sleep(10);
        }
        System.out.print('.');
        System.out.flush();
        Thread.sleep(3_600_000);
      }
    }
  }

  @Test
  void severalServersShareEachPoint() throws Exception {
    TestSystem system = new TestSystem(folder);
    try (PgServer one = PgServer.start(17);
        PgServer other = PgServer.start(17);
        RedisServer cache = RedisServer.start(7);
        RedisServer second = RedisServer.start(7);
        BackupManager manager =
            BackupManager.create(
                system
                    .base()
                    .source(PostgresBackupIT.postgres(one).named("orders"))
                    .source(PostgresBackupIT.postgres(other).named("ledger"))
                    .source(Redis.at("127.0.0.1", cache.port()).named("quotes"))
                    .source(Redis.at("127.0.0.1", second.port()).named("sessions"))
                    .archiving(
                        ArchivingOptions.spool(folder.resolve("spool")).shipEvery(SHIP_EVERY))
                    .build());
        Archiving archiving = manager.startArchiving()) {
      manager.createFullBackup();
      prepare(one);
      prepare(other);
      cache.call("SET", "a", "1");
      second.call("SET", "b", "1");
      assertThat(manager.markRecoveryPoint("all").sources().keySet())
          .containsExactlyInAnyOrder("orders", "ledger", "quotes", "sessions");
      assertThat(archiving.status().findings()).isEmpty();
    }
    Path into = folder.resolve("back");
    try (RestoreManager manager =
        RestoreManager.create(
            system
                .base()
                .source(nobody().named("orders"))
                .source(nobody().named("ledger"))
                .source(Redis.at("127.0.0.1", 1).named("quotes"))
                .source(Redis.at("127.0.0.1", 1).named("sessions"))
                .build())) {
      RestorePlan plan = manager.plan(RestoreRequest.latest().atPoint("all").into(into));
      assertThat(plan.obstacles()).isEmpty();
      assertThat(manager.execute(plan).sources()).hasSize(4);
    }
  }
}
