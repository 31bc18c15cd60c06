package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.support.PgServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A chain of backups of a PostgreSQL server becomes one that stands on its own. */
class MergeIT {
  private static final int STEPS = 3;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"15, page-lsn", "17, server"})
  void aChainBecomesAFullBackupOnWhichTheNextOneBuilds(int major, String way) throws Exception {
    TestSystem system = new TestSystem(folder);
    SortedMap<String, String> before;
    SortedMap<String, String> after;
    BackupMetadata tip;
    BackupMetadata merged;
    BackupMetadata next;
    List<Path> places;
    try (PgServer server = IncrementalBackupIT.server(major, way)) {
      ChangingDatabase database = new ChangingDatabase(server, folder);
      places = database.places();
      try (BackupManager manager =
          BackupManager.create(IncrementalBackupIT.config(system, server))) {
        manager.createFullBackup();
        for (int step = 1; step <= STEPS; step++) {
          database.step(step);
          Thread.sleep(1000); // ids are seconds apart
          manager.createIncrementalBackup();
        }
        tip = manager.list().get(STEPS);
        before = ChangingDatabase.dump(server);
        if (way.equals("server")) {
          assertDamageIsNamed(system, manager, tip);
        }

        merged = manager.merge().orElseThrow();

        assertThat(manager.merge()).as("there is nothing more to merge").isEmpty();
        database.step(STEPS + 1);
        after = ChangingDatabase.dump(server);
        Thread.sleep(1000);
        next = manager.createIncrementalBackup();
      }
    }

    assertStandsForTheTip(merged, tip);
    assertThat(next.parent()).contains(merged.backupId());
    IncrementalBackupIT.assertRestores(system, merged, places, before, major);
    IncrementalBackupIT.assertRestores(system, next, places, after, major);
    IncrementalBackupIT.assertRestores(system, tip, places, before, major);
  }

  private static void assertStandsForTheTip(BackupMetadata merged, BackupMetadata tip) {
    assertThat(merged.kind()).isEqualTo(BackupKind.FULL);
    assertThat(merged.backupId().instant()).isEqualTo(tip.backupId().instant().plusSeconds(1));
    assertThat(merged.parent()).isEmpty();
    assertThat(merged.startedAt()).isEqualTo(tip.startedAt());
    assertThat(merged.finishedAt()).isEqualTo(tip.finishedAt());
    assertThat(merged.degraded()).as(merged.findings().toString()).isFalse();
    assertThat(merged.findings())
        .extracting(Finding::message)
        .anyMatch(
            each -> each.startsWith("merged from full-") && each.endsWith("" + tip.backupId()));
    Map<String, String> attributes = new TreeMap<>(tip.sources().get(0).attributes());
    attributes.keySet().removeIf(each -> each.startsWith("incremental-"));
    assertThat(merged.sources().get(0).attributes()).isEqualTo(attributes);
    assertThat(merged.sources().get(0).asOf()).isEqualTo(tip.sources().get(0).asOf());
  }

  /** A flipped bit anywhere in the chain: the object is named, and nothing is published. */
  private static void assertDamageIsNamed(
      TestSystem system, BackupManager manager, BackupMetadata tip) throws Exception {
    List<BackupMetadata> chain = manager.list();
    for (String object :
        List.of(
            chain.get(0).backupId() + "/postgres/base-",
            chain.get(2).backupId() + "/postgres/base-",
            tip.backupId() + "/postgres/blocks-")) {
      Path damaged =
          system.objects().stream()
              .filter(path -> path.toString().contains(object))
              .findFirst()
              .orElseThrow();
      byte[] whole = Files.readAllBytes(damaged);
      byte[] flipped = whole.clone();
      flipped[whole.length / 2] ^= 0x10;
      Files.write(damaged, flipped);

      assertThatThrownBy(manager::merge)
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining(system.repository.relativize(damaged).toString());

      Files.write(damaged, whole);
      assertThat(manager.list()).isEqualTo(chain);
      assertThat(folders(system)).hasSameSizeAs(chain);
    }
  }

  private static List<String> folders(TestSystem system) throws Exception {
    return system.objects().stream()
        .map(path -> system.repository.relativize(path).getName(0).toString())
        .filter(name -> name.startsWith("full-") || name.startsWith("incremental-"))
        .distinct()
        .toList();
  }
}
