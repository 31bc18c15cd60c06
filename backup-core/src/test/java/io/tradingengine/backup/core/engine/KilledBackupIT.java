package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestoreRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup process that is killed at any moment leaves every older backup restorable. */
class KilledBackupIT {
  private static final int KILLS = 8;

  @TempDir Path folder;

  @Test
  void everyOlderBackupRestoresAndTheNextRunIsClean() throws Exception {
    TestSystem system = new TestSystem(folder).fill(30);
    var expected = TestSystem.contents(system.state);
    backUp(system);
    Random random = new Random(7);
    for (int i = 0; i < KILLS; i++) {
      Process process = loop(system);
      try {
        awaitFirstByte(process);
        assertThat(process.waitFor(50 + random.nextInt(1500), TimeUnit.MILLISECONDS)).isFalse();
      } finally {
        process.destroyForcibly().waitFor();
      }
    }

    BackupMetadata last = backUp(system);

    List<BackupMetadata> all;
    try (RestoreManager manager = RestoreManager.create(system.files().build())) {
      all = manager.list();
      for (BackupMetadata each : all) {
        Path target = folder.resolve("restored-" + each.backupId());
        manager.execute(
            manager.plan(RestoreRequest.of(each.backupId()).source("state").into(target)));
        assertThat(
                TestSystem.contents(
                    target.resolve("state").resolve(Path.of("/").relativize(system.state))))
            .isEqualTo(expected);
      }
    }
    assertThat(all).extracting(BackupMetadata::backupId).contains(last.backupId());
    try (Stream<Path> folders = Files.list(system.repository)) {
      assertThat(folders.map(path -> path.getFileName().toString()))
          .filteredOn(name -> name.startsWith("full-"))
          .hasSameSizeAs(all);
    }
    Path temporary = system.repository.resolve(".tmp");
    if (Files.exists(temporary)) {
      assertThat(temporary).isEmptyDirectory();
    }
  }

  private static BackupMetadata backUp(TestSystem system) {
    return PostgresBackupIT.backUp(system.files().build());
  }

  private static void awaitFirstByte(Process process) throws IOException {
    assertThat(process.getInputStream().read()).isEqualTo('.');
  }

  private static Process loop(TestSystem system) throws IOException {
    return fork(Loop.class, system.root.toString());
  }

  /** Runs a main class of the tests in a JVM of its own. */
  static Process fork(Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath(),
                main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Tests run in patched modules; the forked process runs from the class path. */
  private static String classPath() {
    return Stream.of(
            System.getProperty("java.class.path"),
            System.getProperty("jdk.module.path"),
            Path.of("target", "test-classes").toAbsolutePath().toString())
        .filter(path -> path != null && !path.isEmpty())
        .collect(java.util.stream.Collectors.joining(java.io.File.pathSeparator));
  }

  /** Backs up again and again until it is killed; prints a dot when it begins. */
  static final class Loop {
    private Loop() {}

    public static void main(String[] args) {
      TestSystem system = TestSystem.existing(Path.of(args[0]));
      try (BackupManager manager = BackupManager.create(system.files().build())) {
        System.out.print('.');
        System.out.flush();
        while (true) {
          manager.createFullBackup();
        }
      }
    }
  }
}
