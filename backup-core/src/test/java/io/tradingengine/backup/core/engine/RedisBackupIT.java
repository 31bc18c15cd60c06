package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.Postgres;
import io.tradingengine.backup.Redis;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.State;
import io.tradingengine.backup.core.support.CuttingProxy;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.core.support.RedisData;
import io.tradingengine.backup.core.support.RedisServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PostgreSQL, Redis, config and state in one backup, and back from it. */
class RedisBackupIT {
  private static final int MILLION = 1_000_000;

  @TempDir Path folder;

  private static Redis redis(RedisServer server) {
    return Redis.at(server.host(), server.port()).timeout(Duration.ofSeconds(20));
  }

  private static RestoreReport restore(BackupConfig config, RestoreRequest request) {
    try (RestoreManager manager = RestoreManager.create(config)) {
      RestorePlan plan = manager.plan(request);
      assertThat(plan.obstacles()).isEmpty();
      return manager.execute(plan);
    }
  }

  @Test
  void postgresqlRedisConfigAndStateAreOneBackupAndOneRestore() throws Exception {
    TestSystem system = new TestSystem(folder).fill(1);
    AtomicReference<String> positions = new AtomicReference<>("EURUSD 1000");
    State state =
        State.named("positions")
            .capture(out -> out.write(positions.get().getBytes(StandardCharsets.UTF_8)))
            .restore(in -> positions.set(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    var config = TestSystem.contents(system.config);
    RedisData.Contents contents;
    BackupMetadata metadata;
    try (PgServer server = PgServer.start(17);
        RedisServer cache = RedisServer.start(7)) {
      TradingLoad.prepare(server, 50_000);
      RedisData.fill(cache, 20_000);
      metadata =
          PostgresBackupIT.backUp(
              system
                  .files()
                  .source(PostgresBackupIT.postgres(server))
                  .source(redis(cache))
                  .source(state)
                  .build());
      contents = RedisData.contents(cache);
    }

    assertThat(metadata.degraded()).isFalse();
    assertThat(metadata.sources())
        .extracting(BackupMetadata.SourceSummary::name)
        .containsExactly("config", "state", "postgres", "redis", "positions");
    assertThat(metadata.sources())
        .allSatisfy(source -> assertThat(source.plainSize()).isPositive());
    assertThat(metadata.spread()).isLessThan(Duration.ofSeconds(10));

    positions.set("lost");
    try (RedisServer target = RedisServer.start(7)) {
      // Everything into one folder, but for Redis: that goes into a running server.
      BackupConfig there =
          system
              .files()
              .source(Postgres.at("localhost", 1))
              .source(redis(target))
              .source(state)
              .build();
      restore(
          there,
          RestoreRequest.latest()
              .source("postgres")
              .source("config")
              .source("state")
              .into(folder.resolve("back")));
      RestoreReport report =
          restore(there, RestoreRequest.latest().source("redis").source("positions"));

      assertThat(RedisData.contents(target)).isEqualTo(contents);
      assertThat(target.info("role")).isEqualTo("master");
      assertThat(report.sources()).hasSize(2);
    }
    assertThat(positions.get()).isEqualTo("EURUSD 1000");
    assertThat(
            TestSystem.contents(
                folder.resolve("back/config").resolve(Path.of("/").relativize(system.config))))
        .isEqualTo(config);
    try (PgServer restored = PgServer.start(folder.resolve("back/postgres"), 17)) {
      assertThat(TradingLoad.violations(restored)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void aMillionMixedKeysComeBackAsTheyWere(int major) throws Exception {
    TestSystem system = new TestSystem(folder);
    RedisData.Contents contents;
    try (RedisServer server = RedisServer.start(major)) {
      RedisData.fill(server, MILLION);
      PostgresBackupIT.backUp(system.base().source(redis(server)).build());
      contents = RedisData.contents(server);
    }
    try (RedisServer target = RedisServer.start(major)) {
      restore(system.base().source(redis(target)).build(), RestoreRequest.latest());

      RedisData.Contents back = RedisData.contents(target);
      assertThat(back.digest()).isEqualTo(contents.digest());
      assertThat(back.functions()).isEqualTo(contents.functions());
      assertThat(back.groups()).isEqualTo(contents.groups());
      RedisData.assertSameExpiries(target, back, contents);
    }
  }

  @Test
  void gpgZstdAndRedisItselfRecoverASnapshot() throws Exception {
    TestSystem system = new TestSystem(folder);
    Path gnupg =
        Files.createDirectory(
            folder.resolve("g"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path passphrase = Files.writeString(gnupg.resolve("pass"), TestSystem.PASSPHRASE);
    Files.writeString(
        gnupg.resolve("gpg.conf"),
        "batch\npinentry-mode loopback\npassphrase-file " + passphrase + "\n");
    Path home = Files.createDirectory(folder.resolve("by-hand"));
    try (RedisServer server = RedisServer.start(7)) {
      RedisData.fill(server, 50_000);
      BackupMetadata metadata =
          PostgresBackupIT.backUp(system.base().source(redis(server)).build());
      String script =
          """
          set -e -o pipefail
          gpg -q --import %s
          (for v in redis/dump-*.rdb.zst.gpg; do gpg -qd "$v" || exit 1; done) | zstd -d > %s/dump.rdb
          redis-check-rdb %s/dump.rdb
          """
              .formatted(system.secretKey, home, home);
      for (String program : List.of("gpg", "zstd", "bash", "redis-check-rdb")) {
        Oracles.require(program);
      }
      Oracles.command("bash", "-c", script)
          .in(system.repository.resolve(metadata.backupId().toString()))
          .environment("GNUPGHOME", gnupg.toString())
          .run()
          .orFail();
      Oracles.command("gpgconf", "--kill", "all").environment("GNUPGHOME", gnupg.toString()).run();

      try (RedisServer loaded = RedisServer.of(7).directory(home).start()) {
        assertThat(RedisData.contents(loaded)).isEqualTo(RedisData.contents(server));
      }
    }
  }

  @Test
  void aFlippedBitIsFoundBeforeTheTargetHasLostAnything() throws Exception {
    TestSystem system = new TestSystem(folder);
    try (RedisServer server = RedisServer.start(7);
        RedisServer target = RedisServer.start(7)) {
      RedisData.fill(server, 200_000);
      BackupMetadata metadata =
          PostgresBackupIT.backUp(system.base().source(redis(server)).build());
      target.call("SET", "what was", "there");
      List<Path> volumes;
      try (Stream<Path> files =
          Files.list(system.repository.resolve(metadata.backupId() + "/redis"))) {
        volumes = files.sorted().toList();
      }
      assertThat(volumes.size()).isGreaterThan(2);
      Path damaged = volumes.get(volumes.size() - 1);
      byte[] bytes = Files.readAllBytes(damaged);
      bytes[bytes.length / 2] ^= 4;
      Files.setPosixFilePermissions(damaged, PosixFilePermissions.fromString("rw-------"));
      Files.write(damaged, bytes);

      try (RestoreManager manager =
          RestoreManager.create(system.base().source(redis(target)).build())) {
        RestorePlan plan = manager.plan(RestoreRequest.latest().force());
        assertThatThrownBy(() -> manager.execute(plan))
            .satisfiesAnyOf(
                e -> assertThat(e).isInstanceOf(IntegrityException.class),
                e -> assertThat(e).hasRootCauseInstanceOf(IntegrityException.class))
            .hasMessageContaining(damaged.getFileName().toString());
      }

      assertThat(RedisServer.text(target.call("GET", "what was"))).isEqualTo("there");
      assertThat(target.info("role")).isEqualTo("master");
      assertThat(target.call("DBSIZE")).isEqualTo(1L);
      target.call("SET", "writable", "again");
    }
  }

  @Test
  void aRedisThatBreaksOffFailsTheBackupAndLeavesNothing() throws Exception {
    TestSystem system = new TestSystem(folder).fill(1);
    try (RedisServer server = RedisServer.start(7);
        CuttingProxy proxy = new CuttingProxy(server.port())) {
      RedisData.fill(server, 100_000);
      // The first connection is the check's.
      proxy.cutAfter(Long.MAX_VALUE, 2_500_000);
      Redis cut = Redis.at("127.0.0.1", proxy.port()).attempts(1);

      try (BackupManager manager = BackupManager.create(system.files().source(cut).build())) {
        assertThatThrownBy(manager::createFullBackup)
            .isInstanceOf(BackupException.class)
            .hasMessageContaining("source 'redis'")
            .hasMessageContaining("closed the connection");
        assertThat(manager.list()).isEmpty();
      }
      assertThat(system.objects())
          .extracting(path -> path.getFileName().toString())
          .containsExactly("repository.json");

      proxy.cutAfter(Long.MAX_VALUE, 2_500_000);
      BackupMetadata without =
          PostgresBackupIT.backUp(system.files().source(cut.optional()).build());
      assertThat(without.degraded()).isTrue();
      assertThat(without.missing())
          .singleElement()
          .satisfies(missing -> assertThat(missing.name()).isEqualTo("redis"));
      assertThat(system.objects()).noneMatch(path -> path.toString().contains("/redis/"));

      proxy.cutAfter(Long.MAX_VALUE, 2_500_000);
      BackupMetadata whole =
          PostgresBackupIT.backUp(system.files().source(cut.attempts(2)).build());
      assertThat(whole.degraded()).isFalse();
      assertThat(system.objects())
          .filteredOn(path -> path.toString().contains("/redis/"))
          .isNotEmpty()
          .allMatch(path -> path.getFileName().toString().startsWith("retry1-dump-"));
    }
  }

  @Test
  void aSnapshotThatIsNoPointInTimeSaysSo() throws Exception {
    TestSystem system = new TestSystem(folder);
    try (RedisServer server = RedisServer.of(7).setting("rename-command", "PSYNC \"\"").start()) {
      RedisData.fill(server, 1_000);

      BackupMetadata metadata =
          PostgresBackupIT.backUp(system.base().source(redis(server)).build());

      assertThat(metadata.degraded()).isTrue();
      assertThat(metadata.findings())
          .anySatisfy(finding -> assertThat(finding.message()).contains("not a point in time"));
      assertThat(metadata.sources().get(0).attributes()).containsEntry("point-in-time", "no");
    }
  }
}
