package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.IncrementalOptions;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestoreRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A merge that is killed at any moment leaves every backup restorable, and the next run clean. */
class KilledMergeIT {
  private static final int KILLS = 5;
  private static final int MEGABYTES = 30;

  @TempDir Path folder;

  @Test
  void everyBackupRestoresAndTheNextMergeIsClean() throws Exception {
    TestSystem system = new TestSystem(folder).fill(MEGABYTES);
    SortedMap<String, SortedMap<String, String>> expected = new TreeMap<>();
    for (int link = 0; link < 3; link++) {
      Files.writeString(system.state.resolve("positions-" + link), "EURUSD " + link);
      Thread.sleep(1000); // ids are seconds apart
      expected.put(backUp(system).toString(), TestSystem.contents(system.state));
    }
    Random random = new Random(3);
    for (int i = 0; i < KILLS; i++) {
      Process process = KilledBackupIT.fork(Once.class, folder.toString());
      try {
        assertThat(process.getInputStream().read()).isEqualTo('.');
        awaitWriting(system, expected.size());
        assertThat(process.waitFor(random.nextInt(60), TimeUnit.MILLISECONDS)).isFalse();
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
    assertRestore(system, expected);

    BackupMetadata merged;
    try (BackupManager manager = BackupManager.create(config(system))) {
      merged = manager.merge().orElseThrow();
    }

    String tip = expected.lastKey();
    expected.put(merged.backupId().toString(), TestSystem.contents(system.state));
    assertThat(merged.kind()).isEqualTo(BackupKind.FULL);
    assertThat(merged.findings().toString()).contains(tip);
    assertRestore(system, expected);
    assertThat(folders(system)).containsExactlyInAnyOrderElementsOf(expected.keySet());
    Path temporary = system.repository.resolve(".tmp");
    if (Files.exists(temporary)) {
      assertThat(temporary).isEmptyDirectory();
    }
  }

  private static BackupConfig config(TestSystem system) {
    return system.files().incremental(IncrementalOptions.defaults()).build();
  }

  private static BackupId backUp(TestSystem system) {
    try (BackupManager manager = BackupManager.create(config(system))) {
      return manager.createIncrementalBackup().backupId();
    }
  }

  /** The folder of the merge is there by then. */
  private static void awaitWriting(TestSystem system, int backups) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (folders(system).size() <= backups) {
      assertThat(System.nanoTime()).as("nothing is written").isLessThan(end);
      Thread.sleep(5);
    }
  }

  private static List<String> folders(TestSystem system) throws IOException {
    try (Stream<Path> folders = Files.list(system.repository)) {
      return folders
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("full-") || name.startsWith("incremental-"))
          .toList();
    }
  }

  private void assertRestore(TestSystem system, Map<String, SortedMap<String, String>> expected)
      throws IOException {
    List<String> all = new ArrayList<>();
    try (RestoreManager manager = RestoreManager.create(config(system))) {
      for (BackupMetadata each : manager.list()) {
        String id = each.backupId().toString();
        all.add(id);
        Path target = folder.resolve("restored-" + id + "-" + expected.size());
        manager.execute(
            manager.plan(RestoreRequest.of(each.backupId()).source("state").into(target)));
        Path state = target.resolve("state").resolve(Path.of("/").relativize(system.state));
        assertThat(TestSystem.contents(state)).as(id).isEqualTo(expected.get(id));
      }
    }
    assertThat(all).containsExactlyInAnyOrderElementsOf(expected.keySet());
  }

  /** Merges; prints a dot before it does. */
  static final class Once {
    private Once() {}

    public static void main(String[] args) {
      TestSystem system = TestSystem.existing(Path.of(args[0]));
      try (BackupManager manager = BackupManager.create(config(system))) {
        System.out.print('.');
        System.out.flush();
        manager.merge();
      }
    }
  }
}
