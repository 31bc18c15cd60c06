package io.tradingengine.backup.core.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.Redis.Restore;
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.core.redis.RestoreFixture.Backup;
import io.tradingengine.backup.core.redis.wire.RedisAccess;
import io.tradingengine.backup.core.support.RedisServer;
import io.tradingengine.backup.spi.RestorePreview;
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
class RedisOnlineRestoreIT {
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

  private static String setting(RedisServer server, String name) {
    return RedisServer.text(((List<?>) server.call("CONFIG", "GET", name)).get(1));
  }

  private static void assertUntouched(RedisServer target) {
    assertThat(target.info("role")).isEqualTo("master");
    assertThat(setting(target, "masterauth")).isEmpty();
    assertThat(setting(target, "repl-diskless-load")).isEqualTo("disabled");
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void bringsBackAllThereWas(int major) throws Exception {
    try (RedisServer target =
        RedisServer.of(major)
            .setting("masterauth", "its-own")
            .setting("masteruser", "somebody")
            .setting("repl-diskless-load", "swapdb")
            .start()) {
      RedisRestore restore = new RedisRestore(RestoreFixture.to(target, Restore.AUTO));

      RestorePreview preview = restore.preview(backups[major].task());
      assertThat(preview.findings())
          .extracting(Finding::message)
          .anyMatch(message -> message.startsWith("restored online"))
          .anyMatch(message -> message.startsWith("501 of"));
      Restored restored;
      try (StagedRestore staged = restore.stage(backups[major].task())) {
        assertThat(staged.reversible()).isFalse();
        staged.publish();
        restored = staged.finish();
      }

      assertThat(target.digest()).isEqualTo(origins[major].digest());
      assertThat(RestoreFixture.rest(target)).isEqualTo(RestoreFixture.rest(origins[major]));
      assertThat(restored.findings())
          .extracting(Finding::message)
          .anyMatch(message -> message.contains("has loaded all"));
      assertThat(target.info("role")).isEqualTo("master");
      assertThat(setting(target, "masterauth")).isEqualTo("its-own");
      assertThat(setting(target, "masteruser")).isEqualTo("somebody");
      assertThat(setting(target, "repl-diskless-load")).isEqualTo("swapdb");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void keepsServingWhatItHasUntilAllIsVerified(int major) throws Exception {
    try (RedisServer target = RedisServer.start(major)) {
      target.call("SET", "old", "value");
      RedisRestore restore = new RedisRestore(RestoreFixture.to(target, Restore.ONLINE));

      try (StagedRestore staged = restore.stage(backups[major].forced())) {
        assertThat(staged.reversible()).isFalse();
        assertThat(RedisServer.text(target.call("GET", "old"))).isEqualTo("value");
        assertThat(target.info("master_sync_in_progress")).isEqualTo("1");
        Thread.sleep(300);
        assertThat(target.info("master_sync_left_bytes")).isNotEqualTo("0");
      }

      assertThat(RedisServer.text(target.call("GET", "old"))).isEqualTo("value");
      assertThat(target.call("DBSIZE")).isEqualTo(1L);
      assertUntouched(target);
    }
  }

  @Test
  void keepsTargetsWaitingForLongerThanTheirTimeout() throws Exception {
    List<RedisServer> targets = new ArrayList<>();
    List<StagedRestore> stagings = new ArrayList<>();
    try (RedisServer source = RedisServer.start(6)) {
      source.call("SET", "key", "value");
      for (int major : RedisServer.MAJORS) {
        for (Backup backup : List.of(backups[6], Backup.of(source))) {
          targets.add(impatient(major));
          stagings.add(stage(targets.get(targets.size() - 1), backup));
        }
      }
      Thread.sleep(3500);
      for (StagedRestore staged : stagings) {
        staged.publish();
        staged.finish();
      }
      for (int i = 0; i < targets.size(); i++) {
        assertThat(targets.get(i).digest()).isEqualTo((i % 2 == 0 ? origins[6] : source).digest());
      }
    } finally {
      targets.forEach(RedisServer::close);
    }
  }

  private static RedisServer impatient(int major) {
    return RedisServer.of(major)
        .setting("repl-timeout", "2")
        .setting("repl-ping-replica-period", "1")
        .setting("replica-serve-stale-data", "no")
        .setting("min-replicas-to-write", "1")
        .start();
  }

  private static StagedRestore stage(RedisServer target, Backup backup) throws Exception {
    return new RedisRestore(RestoreFixture.to(target, Restore.ONLINE)).stage(backup.forced());
  }

  private static void restore(RestoreSettings settings, Backup backup) throws Exception {
    try (StagedRestore staged = new RedisRestore(settings).stage(backup.forced())) {
      staged.publish();
      staged.finish();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void replacesWhatATargetHeldIfForced(int major) throws Exception {
    try (RedisServer target = RedisServer.start(major)) {
      target.call("SET", "old", "value");
      if (major >= 7) {
        target.call(
            "FUNCTION",
            "LOAD",
            "#!lua name=old\nredis.register_function('old', function() return 1 end)");
      }
      RedisRestore restore = new RedisRestore(RestoreFixture.to(target, Restore.ONLINE));

      assertThatThrownBy(() -> restore.stage(backups[major].task()))
          .isInstanceOf(RestoreRefusedException.class)
          .hasMessageContaining("holds 1 keys")
          .hasMessageContaining("--force");
      assertUntouched(target);
      assertThat(restore.preview(backups[major].forced()).findings())
          .extracting(Finding::message)
          .anyMatch(message -> message.contains("cannot be brought back"));
      restore(RestoreFixture.to(target, Restore.ONLINE), backups[major]);

      assertThat(target.digest()).isEqualTo(origins[major].digest());
      assertThat(RestoreFixture.rest(target)).isEqualTo(RestoreFixture.rest(origins[major]));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void isInTheAppendOnlyFileWhenItReturns(int major) throws Exception {
    try (RedisServer target = RedisServer.of(major).setting("appendonly", "yes").start()) {
      target.call("SET", "old", "value");
      restore(RestoreFixture.to(target, Restore.ONLINE), backups[major]);

      target.kill();
      target.startAgain();
      assertThat(target.digest()).isEqualTo(origins[major].digest());
    }
  }

  @Test
  void knowsTheTargetByItsReplicationIdWhereItMayNotConfigureIt() throws Exception {
    try (RedisServer target =
        RedisServer.of(7)
            .setting("user", "op on >secret ~* &* +@all -config")
            .setting("masterauth", "its-own")
            .start()) {
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
      restore(RestoreFixture.to(settings, Restore.ONLINE), backups[7]);

      assertThat(target.digest()).isEqualTo(origins[7].digest());
      assertThat(RestoreFixture.rest(target)).isEqualTo(RestoreFixture.rest(origins[7]));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void saysThatTheTargetCannotReachUs(int major) throws Exception {
    try (RedisServer target = RedisServer.start(major)) {
      target.call("SET", "old", "value");
      RestoreSettings settings =
          new RestoreSettings(
              RestoreFixture.redis(target, Duration.ofMillis(500)),
              Restore.ONLINE,
              Optional.empty(),
              new RestoreSettings.ReachedAt(Optional.of("192.0.2.1"), 0),
              Optional.empty());

      assertThatThrownBy(() -> new RedisRestore(settings).stage(backups[major].forced()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("did not reach this process at 192.0.2.1:")
          .hasMessageContaining("restore-host")
          .hasMessageContaining("it has what it had before");
      assertThat(RedisServer.text(target.call("GET", "old"))).isEqualTo("value");
      assertUntouched(target);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void touchesNothingForADamagedBackup(int major) throws Exception {
    try (RedisServer target = RedisServer.start(major)) {
      target.call("SET", "old", "value");

      assertThatThrownBy(() -> stage(target, backups[major].damaged()))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("/redis/dump")
          .hasMessageContaining("nothing was touched");
      assertThat(RedisServer.text(target.call("GET", "old"))).isEqualTo("value");
      assertUntouched(target);
    }
  }

  @Test
  void refusesABackupThatIsNewerThanTheTarget() throws Exception {
    try (RedisServer target = RedisServer.start(6)) {
      assertThatThrownBy(() -> stage(target, backups[7]))
          .isInstanceOf(RestoreRefusedException.class)
          .hasMessageContaining("RDB of version 10")
          .hasMessageContaining("does not read");
      assertThat(target.info("role")).isEqualTo("master");
    }
  }

  @Test
  void refusesAReplicaAndNamesItsMaster() throws Exception {
    try (RedisServer target = RedisServer.start(7)) {
      target.call("REPLICAOF", "127.0.0.1", Integer.toString(origins[7].port()));
      assertThatThrownBy(() -> stage(target, backups[7]))
          .isInstanceOf(RestoreRefusedException.class)
          .hasMessageContaining("is a replica of 127.0.0.1:" + origins[7].port());
      assertThat(target.info("role")).isEqualTo("slave");
    }
  }

  @Test
  void refusesDatabasesThatTheTargetDoesNotHave() throws Exception {
    try (RedisServer target = RedisServer.of(7).setting("databases", "2").start()) {
      assertThatThrownBy(() -> stage(target, backups[7]))
          .hasMessageContaining("keys in database 3")
          .hasMessageContaining("has 2 databases");
      assertUntouched(target);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void saysThatTheTargetDiedDuringTheTransfer(int major) throws Exception {
    try (RedisServer target = RedisServer.start(major)) {
      RedisRestore restore =
          new RedisRestore(
              RestoreFixture.to(
                  RestoreFixture.redis(target, Duration.ofSeconds(2)), Restore.ONLINE));
      assertThatThrownBy(() -> restore.stage(backups[major].interruptedAt(200_000, target::kill)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("REPLICAOF NO ONE")
          .hasMessageNotContaining("masterauth \"\\w");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void saysInWhichStateATargetIsThatDiedWhileItLoaded(int major, @TempDir Path folder)
      throws Exception {
    try (RedisServer target = slow(major).directory(folder).start()) {
      StagedRestore staged = stage(target, backups[major]);
      Thread killer = onceLoading(target, target::kill);
      assertThatThrownBy(staged::publish)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("went away while it loaded")
          .hasMessageContaining("may be gone")
          .hasMessageContaining("loads the backup");
      killer.join();
      staged.close();
    }
    try (RedisServer target = RedisServer.of(major).directory(folder).start()) {
      assertThat(target.digest()).isEqualTo(origins[major].digest());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void anInterruptionWhileStagingLeavesTheTargetAsItWas(int major) throws Exception {
    try (RedisServer target = RedisServer.start(major)) {
      target.call("SET", "old", "value");
      RedisRestore restore = new RedisRestore(RestoreFixture.to(target, Restore.ONLINE));
      assertThatThrownBy(
              () ->
                  restore.stage(
                      backups[major].interruptedAt(
                          200_000, () -> Thread.currentThread().interrupt())))
          .isInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).isFalse();
      assertThat(RedisServer.text(target.call("GET", "old"))).isEqualTo("value");
      assertUntouched(target);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void anInterruptionWhileTheTargetLoadsLeavesItWhole(int major) throws Exception {
    try (RedisServer target = slow(major).start()) {
      Thread self = Thread.currentThread();
      StagedRestore staged = stage(target, backups[major]);
      Thread interrupter =
          onceLoading(
              target,
              () -> {
                self.interrupt();
                target.call("CONFIG", "SET", "key-load-delay", "0");
              });
      assertThatThrownBy(staged::publish)
          .isInstanceOf(InterruptedException.class)
          .hasMessageContaining("keys now");
      assertThat(Thread.interrupted()).isFalse();
      interrupter.join();
      staged.close();

      assertUntouched(target);
      assertThat(target.digest()).isEqualTo(origins[major].digest());
    }
  }

  /** A server that takes some time to load a backup. */
  private static RedisServer.Builder slow(int major) {
    return major >= 7
        ? RedisServer.of(major)
            .setting("key-load-delay", "300")
            .setting("loading-process-events-interval-bytes", "1024")
        : RedisServer.of(major).setting("key-load-delay", "-2"); // it answers nothing meanwhile
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Thread onceLoading(RedisServer target, Runnable what) {
    Thread thread =
        new Thread(
            () -> {
              while (!target.log().contains("Loading DB in memory")) {
                Thread.onSpinWait();
              }
              sleep(100); // it says so before it does
              what.run();
            });
    thread.start();
    return thread;
  }
}
