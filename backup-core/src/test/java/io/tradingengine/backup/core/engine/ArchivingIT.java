package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.ArchivingOptions;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.Postgres;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.Redis;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.State;
import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.core.support.RedisServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One recovery point across PostgreSQL, Redis, config and state: archived, and restored to. */
@Timeout(240)
class ArchivingIT {
  @TempDir Path folder;

  private final AtomicReference<String> positions = new AtomicReference<>("none");

  /** What everything was at a mark. */
  private record Marked(
      RecoveryPoint point,
      long trades,
      String digest,
      String positions,
      SortedMap<String, String> config) {}

  private BackupConfig.Builder with(TestSystem system, Postgres postgres, Redis redis) {
    return system
        .files()
        .source(postgres)
        .source(redis)
        .source(
            State.named("positions")
                .capture(out -> out.write(positions.get().getBytes(StandardCharsets.UTF_8)))
                .restore(
                    in -> positions.set(new String(in.readAllBytes(), StandardCharsets.UTF_8))))
        .archiving(
            ArchivingOptions.spool(folder.resolve("spool"))
                .shipEvery(Duration.ofSeconds(1))
                .stateEvery(Duration.ofSeconds(2)));
  }

  private static Redis redis(RedisServer server) {
    return Redis.at(server.host(), server.port()).timeout(Duration.ofSeconds(20));
  }

  @Test
  void allStoresAreRestoredToTheSameMarkedAndUnmarkedInstants() throws Exception {
    TestSystem system = new TestSystem(folder).fill(1);
    List<Marked> marks = new ArrayList<>();
    List<RecoveryPoint> unmarked;
    try (PgServer server = PgServer.start(17);
        RedisServer cache = RedisServer.start(7);
        BackupManager manager =
            BackupManager.create(
                with(system, PostgresBackupIT.postgres(server), redis(cache)).build())) {
      TradingLoad.prepare(server, 1000);
      try (CountedTrades trades = new CountedTrades(server, cache);
          TradingLoad load = new TradingLoad(server);
          Archiving archiving = manager.startArchiving()) {
        manager.createFullBackup();
        for (int i = 0; i < 5; i++) {
          Thread.sleep(1500);
          trades.pause();
          positions.set("position " + i);
          Files.writeString(system.config.resolve("engine.yaml"), "version: " + i + "\n");
          Files.deleteIfExists(system.config.resolve("only-in-" + (i - 1)));
          Files.writeString(system.config.resolve("only-in-" + i), "here");
          RecoveryPoint point = manager.markRecoveryPoint("mark-" + i);
          marks.add(
              new Marked(
                  point,
                  CountedTrades.inPostgres(server),
                  cache.digest(),
                  positions.get(),
                  TestSystem.contents(system.config)));
          trades.resume();
        }
        Instant from = Instant.now();
        Thread.sleep(7000);
        manager.markRecoveryPoint("end");
        unmarked = manager.recoveryPoints(from, from.plusSeconds(7));
        assertThat(archiving.status().findings()).isEmpty();
        assertThat(archiving.status().fullBackupDue()).isEmpty();
        assertThat(load.stop()).isPositive();
      }
    }

    for (Marked mark : marks) {
      Restored at = restore(system, RestoreRequest.latest().atPoint(mark.point.name().get()));
      assertThat(at.trades).isEqualTo(mark.trades);
      assertThat(at.counted).isEqualTo(mark.trades);
      assertThat(at.digest).isEqualTo(mark.digest);
      assertThat(at.config).isEqualTo(mark.config);
      assertThat(positions.get()).isEqualTo(mark.positions);
    }
    assertThat(unmarked).hasSizeGreaterThanOrEqualTo(5);
    for (RecoveryPoint point : unmarked.subList(0, 5)) {
      Restored at = restore(system, RestoreRequest.latest().at(point.at()));
      assertThat(at.counted).isPositive().isLessThanOrEqualTo(at.trades);
      RecoveryPoint.Sample sample = point.sources().get("redis");
      assertThat(at.trades - at.counted)
          .as("no further apart than what came in while the point was sampled, and one under way")
          .isLessThanOrEqualTo((sample.last() - sample.first()) / 20 + 2);
      assertThat(at.report.skew()).contains(point.skew());
    }
  }

  private record Restored(
      RestoreReport report,
      long trades,
      long counted,
      String digest,
      SortedMap<String, String> config) {}

  /** Restores on a machine where nothing runs but an empty Redis. */
  private Restored restore(TestSystem system, RestoreRequest request) throws Exception {
    Path into = Files.createTempDirectory(folder, "back");
    positions.set("lost");
    try (RedisServer target = RedisServer.start(7);
        RestoreManager manager =
            RestoreManager.create(
                with(system, Postgres.at("localhost", 1), redis(target)).build())) {
      RestorePlan files =
          manager.plan(request.source("postgres").source("config").source("state").into(into));
      assertThat(files.obstacles()).isEmpty();
      RestoreReport report = manager.execute(files);
      manager.execute(manager.plan(request.source("redis").source("positions")));
      try (PgServer restored = PgServer.start(into.resolve("postgres"), 17)) {
        awaitOpen(restored);
        assertThat(TradingLoad.violations(restored)).isEmpty();
        restored.execute("CREATE EXTENSION IF NOT EXISTS amcheck");
        assertThat(
                restored.value(
                    "SELECT count(bt_index_check(c.oid, true)::text) >= 0 FROM pg_class c JOIN pg_am"
                        + " a ON a.oid = c.relam AND a.amname = 'btree' WHERE c.relkind = 'i'"))
            .isEqualTo("t");
        return new Restored(
            report,
            CountedTrades.inPostgres(restored),
            CountedTrades.inRedis(target),
            target.digest(),
            TestSystem.contents(
                into.resolve("config").resolve(Path.of("/").relativize(system.config))));
      }
    }
  }

  private static void awaitOpen(PgServer server) throws InterruptedException {
    while (server.value("SELECT pg_is_in_recovery()").equals("t")) {
      Thread.sleep(50);
    }
  }
}
