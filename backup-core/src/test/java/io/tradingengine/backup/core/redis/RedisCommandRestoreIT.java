package io.tradingengine.backup.core.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.Redis.Restore;
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.core.redis.RestoreFixture.Backup;
import io.tradingengine.backup.core.redis.wire.RedisAccess;
import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.core.support.RedisCluster;
import io.tradingengine.backup.core.support.RedisServer;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisCommandRestoreIT {
  private final RedisServer[] origins = new RedisServer[8];
  private final Backup[] backups = new Backup[8];

  @BeforeAll
  void capture() throws Exception {
    for (int major : RedisServer.MAJORS) {
      origins[major] = RedisServer.start(major);
      RestoreFixture.fill(origins[major]);
      backups[major] = Backup.of(origins[major]);
    }
  }

  @AfterAll
  void stop() {
    for (int major : RedisServer.MAJORS) {
      origins[major].close();
    }
  }

  private static Restored restore(RestoreSettings settings, Backup backup) throws Exception {
    try (StagedRestore staged = new RedisRestore(settings).stage(backup.forced())) {
      assertThat(staged.reversible()).isFalse();
      staged.publish();
      return staged.finish();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void bringsBackAllThereWas(int major) throws Exception {
    try (RedisServer target = RedisServer.start(major)) {
      restore(RestoreFixture.to(target, Restore.COMMANDS), backups[major]);

      assertThat(target.digest()).isEqualTo(origins[major].digest());
      assertThat(RestoreFixture.rest(target)).isEqualTo(RestoreFixture.rest(origins[major]));
    }
  }

  @Test
  void isTheWayWhereReplicaofIsNotAllowed() throws Exception {
    try (RedisServer target =
        RedisServer.of(7).setting("user", "op on >secret ~* &* +@all -@admin -debug").start()) {
      RedisSettings plain = RestoreFixture.redis(target, Duration.ofSeconds(20));
      RedisAccess access =
          new RedisAccess(
              Optional.of("op"),
              () -> Optional.of("secret"),
              plain.access().tls(),
              plain.access().timeout());
      RedisSettings settings =
          new RedisSettings(
              "redis", plain.topology(), access, access, plain.snapshot(), plain.retry());
      RestoreSettings restoring = RestoreFixture.to(settings, Restore.AUTO);

      assertThat(new RedisRestore(restoring).preview(backups[7].task()).findings())
          .extracting(Finding::message)
          .anyMatch(message -> message.matches("not restored online, as .* NOPERM .*"))
          .anyMatch(message -> message.startsWith("restored key by key"));
      restore(restoring, backups[7]);

      assertThat(target.digest()).isEqualTo(origins[7].digest());
      assertThatThrownBy(() -> restore(RestoreFixture.to(settings, Restore.ONLINE), backups[7]))
          .isInstanceOf(RestoreRefusedException.class)
          .hasMessageContaining("NOPERM");
    }
  }

  @Test
  void saysThatRestoreIsNotAllowed() throws Exception {
    try (RedisServer target =
        RedisServer.of(7).setting("user", "default on nopass ~* &* +@all -restore").start()) {
      assertThatThrownBy(() -> restore(RestoreFixture.to(target, Restore.COMMANDS), backups[7]))
          .isInstanceOf(RestoreRefusedException.class)
          .hasMessageContaining("answers RESTORE with: NOPERM");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void removesWhatATargetHeldIfForced(int major) throws Exception {
    try (RedisServer target = RedisServer.start(major)) {
      target.call("SET", "old", "value");
      RedisRestore restore = new RedisRestore(RestoreFixture.to(target, Restore.COMMANDS));

      assertThatThrownBy(() -> restore.stage(backups[major].task()))
          .isInstanceOf(RestoreRefusedException.class)
          .hasMessageContaining("holds 1 keys");
      assertThat(restore.preview(backups[major].forced()).findings())
          .extracting(Finding::message)
          .anyMatch(message -> message.contains("FLUSHALL"));
      try (StagedRestore staged = restore.stage(backups[major].forced())) {
        assertThat(staged.reversible()).isFalse();
        assertThat(RedisServer.text(target.call("GET", "old"))).isEqualTo("value");
      }
      assertThat(RedisServer.text(target.call("GET", "old"))).isEqualTo("value");
      restore(RestoreFixture.to(target, Restore.COMMANDS), backups[major]);

      assertThat(target.digest()).isEqualTo(origins[major].digest());
    }
  }

  @Test
  void touchesNothingForADamagedBackup() throws Exception {
    try (RedisServer target = RedisServer.start(7)) {
      target.call("SET", "old", "value");
      assertThatThrownBy(
              () -> restore(RestoreFixture.to(target, Restore.COMMANDS), backups[7].damaged()))
          .isInstanceOf(IntegrityException.class);
      assertThat(target.call("DBSIZE")).isEqualTo(1L);
    }
  }

  @Test
  void saysHowManyKeysAreThereIfItBreaksOff() throws Exception {
    try (RedisServer target = RedisServer.start(7)) {
      RedisRestore restore = new RedisRestore(RestoreFixture.to(target, Restore.COMMANDS));
      StagedRestore staged =
          restore.stage(
              backups[7].interruptedAt(2, 200_000, () -> Thread.currentThread().interrupt()));
      assertThatThrownBy(staged::publish)
          .isInstanceOf(InterruptedException.class)
          .hasMessageMatching(
              "(?s).*interrupted; at least [1-9][0-9]* of 20510 keys are there now.*");
      assertThat(Thread.interrupted()).isFalse();
      staged.close();

      StagedRestore killed = restore.stage(backups[7].interruptedAt(2, 200_000, target::kill));
      assertThatThrownBy(killed::publish)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("broke off")
          .hasMessageContaining("of 20510 keys are there now");
      killed.close();
    }
  }

  @Test
  void skipsKeysThatHaveExpiredSince() throws Exception {
    try (RedisServer source = RedisServer.start(7);
        RedisServer online = RedisServer.start(7);
        RedisServer target = RedisServer.start(7)) {
      source.call("SET", "lasting", "value");
      source.call("SET", "passing", "value", "PX", "1500");
      Backup backup = Backup.of(source);
      Thread.sleep(1600);

      for (RedisServer each : List.of(online, target)) {
        Restore method = each == online ? Restore.ONLINE : Restore.COMMANDS;
        assertThat(restore(RestoreFixture.to(each, method), backup).findings())
            .extracting(Finding::message)
            .anyMatch(message -> message.matches(".*1 .*ha(d|ve) expired since the backup"));
        assertThat(RedisServer.text(each.call("GET", "lasting"))).isEqualTo("value");
        assertThat(each.call("EXISTS", "passing")).isEqualTo(0L);
      }
    }
  }

  @Test
  void aClusterTakesEachKeyWhereItBelongs(@TempDir Path folder) throws Exception {
    try (RedisServer source = RedisServer.start(7);
        RedisCluster cluster = RedisCluster.start(0, 5000, 11000);
        RedisServer single = RedisServer.start(7)) {
      fill(source);
      restore(restoring(cluster), Backup.of(source));
      assertThat(cluster.digest()).isEqualTo(source.digest());
      assertThat(cluster.masters().get(2).info("number_of_libraries")).isEqualTo("1");
      assertThatThrownBy(() -> restore(restoring(cluster), backups[7]))
          .hasMessageContaining("keys in database 3")
          .hasMessageContaining("1 database");

      Backup ofCluster = Backup.of(settings(cluster));
      restore(RestoreFixture.to(single, Restore.AUTO), ofCluster);
      assertThat(single.digest()).isEqualTo(source.digest());
      assertOfflineShards(ofCluster, cluster, folder);
    }
  }

  private static void fill(RedisServer source) throws IOException {
    try (RedisServer.Client client = source.client()) {
      for (int i = 0; i < 5000; i++) {
        client.send("SET", "key {" + i % 1000 + "} " + i, "value " + i);
      }
      client.drain(5000);
      client.call("FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', function() end)");
      client.call("SET".getBytes(UTF_8), new byte[] {(byte) 0xFF, 0, '{', '}'}, new byte[0]);
    }
  }

  private static RedisSettings settings(RedisCluster cluster) {
    return RestoreFixture.redis(
        new RedisTopology.Cluster(
            List.of(RedisAddress.Tcp.parse(cluster.seed())), RedisTopology.CopyFrom.MASTER),
        Duration.ofSeconds(20));
  }

  private static RestoreSettings restoring(RedisCluster cluster) {
    return RestoreFixture.to(settings(cluster), Restore.AUTO);
  }

  private static void assertOfflineShards(Backup backup, RedisCluster cluster, Path folder)
      throws Exception {
    RestoreSettings settings = restoring(cluster);
    try (StagedRestore staged = new RedisRestore(settings).stage(backup.task(folder, false))) {
      staged.publish();
      assertThat(staged.finish().nextSteps())
          .anyMatch(step -> step.contains("--cluster-enabled yes"));
    }
    List<String> digests = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      try (RedisServer server = RedisServer.of(7).directory(folder.resolve("shard-" + i)).start()) {
        digests.add(server.digest());
      }
    }
    assertThat(digests).isEqualTo(cluster.digests());
  }
}
