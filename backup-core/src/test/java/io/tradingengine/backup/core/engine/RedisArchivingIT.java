package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.ArchivingOptions;
import io.tradingengine.backup.ArchivingStatus.Activity;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.Redis;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.core.support.CuttingProxy;
import io.tradingengine.backup.core.support.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Redis' command stream archived, and restored to offsets in it. */
@Timeout(120)
class RedisArchivingIT {
  @TempDir Path folder;
  private TestSystem system;

  private BackupConfig config(int port) {
    if (system == null) {
      system = new TestSystem(folder);
    }
    return system
        .base()
        .source(Redis.at("127.0.0.1", port).timeout(Duration.ofSeconds(10)))
        .archiving(
            ArchivingOptions.spool(folder.resolve("spool"))
                .shipEvery(Duration.ofMillis(300))
                .pointEvery(Duration.ofMillis(300)))
        .build();
  }

  /** Commands of many kinds, in several databases and transactions, and keys that expire. */
  private static void write(RedisServer server, int round) throws Exception {
    try (RedisServer.Client client = server.client()) {
      for (int i = 0; i < 200; i++) {
        String key = round + ":" + i;
        client.call("SELECT", Integer.toString(i % 3));
        client.call("SET", "string:" + key, "x".repeat(i));
        client.call("SET", "brief:" + key, "gone", "PX", "150");
        client.call("SET", "long:" + key, "stays", "EX", "5000");
        client.call("MULTI");
        client.call("INCR", "count");
        client.call("RPUSH", "list", key);
        client.call("EXEC");
        client.call("EVAL", "redis.call('HSET', KEYS[1], ARGV[1], ARGV[1])", "1", "hash", key);
        client.call("XADD", "stream", "*", "k", key);
        client.call("ZADD", "sorted", Integer.toString(i), key);
      }
    }
  }

  private void restore(RestoreRequest request, RedisServer target) {
    try (RestoreManager manager = RestoreManager.create(config(target.port()))) {
      RestorePlan plan = manager.plan(request);
      assertThat(plan.obstacles()).isEmpty();
      manager.execute(plan);
    }
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting until " + what).isLessThan(end);
      Thread.sleep(50);
    }
  }

  private static void awaitFollowing(Archiving archiving) throws InterruptedException {
    await(
        "it is followed: " + archiving.status(),
        () -> archiving.status().sources().get(0).activity() == Activity.FOLLOWING);
  }

  /** The digest once nothing is about to expire. */
  private static String digest(RedisServer server) throws InterruptedException {
    Thread.sleep(400);
    try (RedisServer.Client client = server.client()) {
      for (int i = 0; i < 800; i++) {
        client.call("SELECT", Integer.toString(i % 200 % 3));
        client.call("GET", "brief:" + i / 200 + ":" + i % 200); // Then it is removed.
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    StringBuilder text = new StringBuilder(server.digest());
    for (int database = 0; database < 3; database++) {
      try (RedisServer.Client client = server.client()) {
        client.call("SELECT", Integer.toString(database));
        for (String command :
            List.of(
                "DBSIZE", "LLEN list", "GET count", "HLEN hash", "XLEN stream", "ZCARD sorted")) {
          text.append(' ').append(RedisServer.text(client.call(command.split(" ", -1))));
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
    return text.toString();
  }

  @ParameterizedTest
  @FieldSource("io.tradingengine.backup.core.support.RedisServer#MAJORS")
  void aServerIsRestoredToMarkedOffsetsOnlineAndAsFiles(int major) throws Exception {
    Map<String, String> marks = new LinkedHashMap<>();
    try (RedisServer server = RedisServer.of(major).setting("appendonly", "yes").start();
        BackupManager manager = BackupManager.create(config(server.port()));
        Archiving archiving = manager.startArchiving()) {
      write(server, 0);
      awaitFollowing(archiving);
      manager.createFullBackup();
      for (int round = 1; round <= 3; round++) {
        write(server, round);
        String digest = digest(server);
        manager.markRecoveryPoint("mark " + round);
        marks.put("mark " + round, digest);
      }
      assertThat(archiving.status().findings()).isEmpty();
      assertThat(archiving.status().fullBackupDue()).isEmpty();
    }
    for (Map.Entry<String, String> mark : marks.entrySet()) {
      RestoreRequest request = RestoreRequest.latest().atPoint(mark.getKey());
      try (RedisServer target = RedisServer.start(major)) {
        restore(request, target);
        assertThat(target.info("role")).isEqualTo("master");
        assertThat(digest(target)).as(mark.getKey()).isEqualTo(mark.getValue());
      }
      Path into = Files.createTempDirectory(folder, "files");
      try (RedisServer nobody = RedisServer.start(major)) {
        restore(request.into(into), nobody);
      }
      try (RedisServer loaded =
          RedisServer.of(major)
              .directory(into.resolve("redis"))
              .setting("appendonly", "yes")
              .start()) {
        assertThat(digest(loaded)).as(mark.getKey() + " as files").isEqualTo(mark.getValue());
      }
    }
  }

  @Test
  void aShortCutIsBridgedAndALongOneIsAnAlarm() throws Exception {
    String bridged;
    String after;
    try (RedisServer server = RedisServer.of(7).setting("repl-backlog-size", "64kb").start();
        CuttingProxy proxy = new CuttingProxy(server.port());
        BackupManager manager = BackupManager.create(config(proxy.port()))) {
      try (Archiving archiving = manager.startArchiving()) {
        awaitFollowing(archiving);
        manager.createFullBackup();
        server.call("SET", "a", "1");
        proxy.cutNow();
        server.call("SET", "b", "2");
        awaitFollowing(archiving);
        manager.markRecoveryPoint("bridged");
        bridged = server.digest();
        assertThat(archiving.status().fullBackupDue()).isEmpty();
      }
      for (int i = 0; i < 50; i++) {
        server.call("SET", "much" + i, "x".repeat(10_000));
      }
      try (Archiving archiving = manager.startArchiving()) {
        await("the alarm", () -> archiving.status().fullBackupDue().isPresent());
        assertThat(archiving.status().fullBackupDue().get())
            .contains("are lost: the server goes on");
        awaitFollowing(archiving);
        manager.markRecoveryPoint("between");
        server.call("SET", "between", "lost");
        manager.createFullBackup();
        server.call("SET", "c", "3");
        manager.markRecoveryPoint("after");
        after = server.digest();
      }
    }
    try (RedisServer target = RedisServer.start(7)) {
      restore(RestoreRequest.latest().atPoint("bridged"), target);
      assertThat(target.digest()).isEqualTo(bridged);
    }
    try (RedisServer target = RedisServer.start(7)) {
      restore(RestoreRequest.latest().atPoint("after"), target);
      assertThat(target.digest()).isEqualTo(after);
    }
    try (RedisServer target = RedisServer.start(7);
        RestoreManager manager = RestoreManager.create(config(target.port()))) {
      assertThat(manager.plan(RestoreRequest.latest().atPoint("between")).obstacles())
          .anyMatch(
              each ->
                  each.message().contains("gap") || each.message().contains("no archived stream"));
    }
  }

  @Test
  void aKilledServerThatComesBackEmptyIsAnAlarmAndAFailoverIsNot() throws Exception {
    String after;
    try (RedisServer first = RedisServer.start(7);
        RedisServer second = RedisServer.start(7);
        CuttingProxy proxy = new CuttingProxy(first.port());
        BackupManager manager = BackupManager.create(config(proxy.port()));
        Archiving archiving = manager.startArchiving()) {
      awaitFollowing(archiving);
      first.call("SET", "a", "1");
      manager.createFullBackup();
      second.call("REPLICAOF", "127.0.0.1", Integer.toString(first.port()));
      await("the replica follows", () -> second.info("master_link_status").equals("up"));
      first.call("SET", "b", "2");
      manager.markRecoveryPoint("before the failover");
      await("the replica has it", () -> second.digest().equals(first.digest()));
      second.call("REPLICAOF", "NO", "ONE");
      first.kill();
      proxy.retarget(second.port());
      proxy.cutNow();
      await(
          "the other one is followed",
          () ->
              archiving
                  .status()
                  .sources()
                  .get(0)
                  .received()
                  .contains(second.info("master_replid")));
      second.call("SET", "c", "3");
      manager.markRecoveryPoint("after the failover");
      after = second.digest();
      assertThat(archiving.status().fullBackupDue()).isEmpty();

      second.kill();
      second.startAgain();
      await("the alarm", () -> archiving.status().fullBackupDue().isPresent());
    }
    try (RedisServer target = RedisServer.start(7)) {
      restore(RestoreRequest.latest().atPoint("after the failover"), target);
      assertThat(target.digest()).isEqualTo(after);
    }
  }
}
