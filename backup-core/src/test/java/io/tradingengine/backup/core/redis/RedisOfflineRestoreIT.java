package io.tradingengine.backup.core.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.Redis.Restore;
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.core.redis.RestoreFixture.Backup;
import io.tradingengine.backup.core.redis.RestoreSettings.ReachedAt;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.RedisServer;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisOfflineRestoreIT {
  private final RedisServer[] origins = new RedisServer[8];
  private final Backup[] backups = new Backup[8];

  @TempDir private Path folder;

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

  private RestoreSettings settings(int major) {
    return settings(major, Optional.of(RedisServer.program(major)));
  }

  private RestoreSettings settings(int major, Optional<Path> tryWith) {
    return new RestoreSettings(
        RestoreFixture.redis(origins[major], Duration.ofSeconds(5)),
        Restore.OFFLINE,
        Optional.empty(),
        ReachedAt.ANYWHERE,
        tryWith);
  }

  private static Restored restore(RestoreSettings settings, Backup backup, Path into)
      throws Exception {
    return restore(settings, backup, into, false);
  }

  private static Restored restore(RestoreSettings settings, Backup backup, Path into, boolean force)
      throws Exception {
    try (StagedRestore staged = new RedisRestore(settings).stage(backup.task(into, force))) {
      staged.publish();
      return staged.finish();
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> !file.equals(folder))
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void aServerLoadsTheDump(int major) throws Exception {
    Path into = folder.resolve("deep/redis");
    Restored restored = restore(settings(major), backups[major], into);

    assertThat(names(into)).containsExactly("dump.rdb");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(into)))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(into.resolve("dump.rdb"))))
        .isEqualTo("rw-------");
    assertThat(restored.targets()).containsExactly(into);
    assertThat(restored.nextSteps())
        .anyMatch(step -> step.contains("--dir " + into + " --appendonly no"));
    try (RedisServer server = RedisServer.of(major).directory(into).start()) {
      assertThat(server.digest()).isEqualTo(origins[major].digest());
      assertThat(RestoreFixture.rest(server)).isEqualTo(RestoreFixture.rest(origins[major]));
    }
  }

  @ParameterizedTest
  @CsvSource({"6,plain", "7,plain", "6,named", "7,named"})
  void aServerWithAnAppendOnlyFileLoadsThat(int major, String kind) throws Exception {
    RedisServer.Builder configured = RedisServer.of(major).setting("appendonly", "yes");
    if (kind.equals("named")) {
      configured.setting("appendfilename", "log.aof");
    }
    Backup backup;
    String digest;
    try (RedisServer origin = configured.start()) {
      RestoreFixture.fill(origin);
      backup = Backup.of(origin);
      digest = origin.digest();
    }
    Path into = folder.resolve("redis");
    Restored restored = restore(settings(major), backup, into);

    String log = kind.equals("named") ? "log.aof" : "appendonly.aof";
    if (major >= 7) {
      assertThat(names(into))
          .containsExactly(
              "appendonlydir",
              "appendonlydir/" + log + ".1.base.rdb",
              "appendonlydir/" + log + ".1.incr.aof",
              "appendonlydir/" + log + ".manifest");
    } else {
      assertThat(names(into)).containsExactly(log);
    }
    assertThat(restored.nextSteps()).anyMatch(step -> step.contains("--appendonly yes"));
    try (RedisServer server =
        RedisServer.of(major)
            .setting("appendonly", "yes")
            .setting("appendfilename", log)
            .directory(into)
            .start()) {
      assertThat(server.digest()).isEqualTo(digest);
      server.call("SET", "after", "value");
      digest = server.digest();
      server.kill();
      server.startAgain();
      assertThat(server.digest()).isEqualTo(digest);
    }
  }

  @Test
  void theNextStepStartsAServer() throws Exception {
    Path into = folder.resolve("it's redis");
    Restored restored = restore(settings(7), backups[7], into);
    String command =
        restored.nextSteps().stream().filter(step -> step.contains("--dir")).findFirst().get();
    Path socket = folder.resolve("s");
    List<String> shell = new ArrayList<>(List.of("sh", "-c"));
    shell.add(
        command.replaceAll(" *#.*", "")
            + " --port 0 --unixsocket "
            + socket
            + " --daemonize yes --pidfile "
            + folder.resolve("pid"));
    Oracles.run(shell.toArray(String[]::new)).orFail();
    try {
      for (int i = 0; i < 200 && !Files.exists(folder.resolve("pid")); i++) {
        Thread.sleep(20);
      }
      Oracles.Result size = Oracles.run("redis-cli", "-s", socket.toString(), "DBSIZE");
      assertThat(size.orFail().stdout().strip()).isEqualTo(origins[7].call("DBSIZE").toString());
    } finally {
      Oracles.run("redis-cli", "-s", socket.toString(), "SHUTDOWN", "NOSAVE");
    }
  }

  @Test
  void movesAsideWhatIsThereIfForced() throws Exception {
    Path into = Files.createDirectory(folder.resolve("redis"));
    Files.writeString(into.resolve("dump.rdb"), "older");
    Files.writeString(into.resolve("nodes.conf"), "older, too");
    Files.setPosixFilePermissions(into, PosixFilePermissions.fromString("rwxr-xr-x"));

    assertThatThrownBy(() -> restore(settings(7), backups[7], into))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining(into + " is not empty");
    assertThat(names(into)).containsExactly("dump.rdb", "nodes.conf");
    Restored restored = restore(settings(7), backups[7], into, true);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(into)))
        .isEqualTo("rwxr-xr-x");
    Path aside =
        into.resolve(
            names(into).stream().filter(name -> name.startsWith(".before")).findFirst().get());
    assertThat(names(aside)).containsExactly("dump.rdb", "nodes.conf");
    assertThat(aside.resolve("dump.rdb")).hasContent("older");
    assertThat(into.resolve("dump.rdb")).isRegularFile();
    assertThat(restored.findings())
        .extracting(Finding::message)
        .anyMatch(message -> message.contains(aside.toString()));
  }

  @Test
  void takesEverythingBackThatIsNotFinished() throws Exception {
    Path into = Files.createDirectory(folder.resolve("redis"));
    Files.writeString(into.resolve("dump.rdb"), "older");
    try (StagedRestore staged = new RedisRestore(settings(7)).stage(backups[7].task(into, true))) {
      staged.publish();
    }
    assertThat(names(into)).containsExactly("dump.rdb");
    assertThat(into.resolve("dump.rdb")).hasContent("older");

    Path fresh = folder.resolve("a/b");
    try (StagedRestore staged =
        new RedisRestore(settings(7)).stage(backups[7].task(fresh, false))) {
      staged.publish();
    }
    assertThat(folder.resolve("a")).doesNotExist();
  }

  @Test
  void leavesNothingOfADamagedBackup() throws Exception {
    assertThatThrownBy(() -> restore(settings(7), backups[7].damaged(), folder.resolve("a/b")))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("damaged");
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void leavesNothingWhenItIsInterrupted() throws Exception {
    RestoreSettings settings =
        new RestoreSettings(
            settings(7).redis(),
            Restore.OFFLINE,
            Optional.of(folder.resolve("a")),
            ReachedAt.ANYWHERE,
            Optional.empty());
    assertThatThrownBy(
            () ->
                new RedisRestore(settings)
                    .stage(
                        backups[7].interruptedAt(
                            100_000, () -> Thread.currentThread().interrupt())))
        .isInstanceOf(InterruptedException.class);
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void publishesNothingThatAServerDoesNotLoad() throws Exception {
    Optional<Path> older = Optional.of(RedisServer.program(6));
    assertThatThrownBy(() -> restore(settings(7, older), backups[7], folder.resolve("a")))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("does not load the restored files")
        .hasMessageContaining("RDB format version 10");
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void refusesTheFolderOfAServerThatRuns() throws Exception {
    assertThatThrownBy(() -> restore(settings(7), backups[7], origins[7].directory(), true))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining("a server runs in " + origins[7].directory());
  }

  @Test
  void goesToTheDataDirectoryWhereTheServerDoesNotAnswer() throws Exception {
    RedisServer gone = RedisServer.start(7);
    gone.close();
    RestoreSettings settings =
        new RestoreSettings(
            RestoreFixture.redis(gone, Duration.ofSeconds(5)),
            Restore.AUTO,
            Optional.of(folder.resolve("redis")),
            ReachedAt.ANYWHERE,
            Optional.empty());
    assertThat(new RedisRestore(settings).preview(backups[7].task()).findings())
        .extracting(Finding::message)
        .anyMatch(message -> message.contains("cannot be reached"))
        .anyMatch(message -> message.startsWith("restored as files: dump.rdb"));
    restore(settings, backups[7], null);

    try (RedisServer server = RedisServer.of(7).directory(folder.resolve("redis")).start()) {
      assertThat(server.digest()).isEqualTo(origins[7].digest());
    }
    RestoreSettings nowhere = RestoreFixture.to(gone, Restore.AUTO);
    assertThatThrownBy(() -> restore(nowhere, backups[7], null))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining("cannot be reached");
  }
}
