package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupCancelledException;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.FileTree;
import io.tradingengine.backup.LocalDirectory;
import io.tradingengine.backup.PreflightException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.event.BackupEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole path through the house, with files: no server is needed. */
class FileBackupTest {
  @TempDir Path folder;
  private TestSystem system;

  @BeforeEach
  void fill() throws IOException {
    system = new TestSystem(folder).fill(5);
  }

  @Test
  void restoresWhatWasBackedUp() throws IOException {
    BackupMetadata metadata = backUp(system.files().build());

    assertThat(metadata.degraded()).isFalse();
    assertThat(metadata.sources()).extracting("name").containsExactly("config", "state");
    assertThat(metadata.plainSize()).isGreaterThan(5 << 20);
    assertThat(metadata.size()).isGreaterThan(5 << 20);

    Path target = folder.resolve("restored");
    RestoreReport report = restore(RestoreRequest.latest().into(target));

    assertThat(report.backupId()).isEqualTo(metadata.backupId());
    assertThat(TestSystem.contents(target.resolve("state").resolve(below(system.state))))
        .isEqualTo(TestSystem.contents(system.state));
    assertThat(TestSystem.contents(target.resolve("config").resolve(below(system.config))))
        .isEqualTo(TestSystem.contents(system.config));
  }

  @Test
  void restoresInPlaceOnlyWithForceAndMovesWhatWasThereAside() throws IOException {
    backUp(system.files().build());
    var before = TestSystem.contents(system.config);
    Files.writeString(system.config.resolve("engine.yaml"), "symbols: [changed]\n");

    assertThatThrownBy(() -> restore(RestoreRequest.latest().source("config")))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining(system.config.toString());
    assertThat(Files.readString(system.config.resolve("engine.yaml"))).contains("changed");

    RestoreReport report = restore(RestoreRequest.latest().source("config").force());

    assertThat(TestSystem.contents(system.config)).isEqualTo(before);
    assertThat(report.sources()).hasSize(1);
    try (Stream<Path> beside = Files.list(system.config.getParent())) {
      Path aside = beside.filter(path -> !path.equals(system.config)).findFirst().orElseThrow();
      assertThat(Files.readString(aside.resolve("engine.yaml"))).contains("changed");
    }
  }

  @Test
  void thePlanSaysWhatHowBigAndHowLong() {
    BackupConfig config = system.files().build();
    BackupMetadata metadata = backUp(config);
    try (RestoreManager manager = RestoreManager.create(config)) {
      RestorePlan plan = manager.plan(RestoreRequest.latest().into(folder.resolve("x")));

      assertThat(plan.executable()).isTrue();
      assertThat(plan.backup().backupId()).isEqualTo(metadata.backupId());
      assertThat(plan.writeBytes()).isGreaterThanOrEqualTo(5 << 20);
      assertThat(plan.readBytes()).isGreaterThan(5 << 20);
      assertThat(plan.predicted()).isPositive();
      assertThat(folder.resolve("x")).doesNotExist();
    }
  }

  @Test
  void objectsAreForTheirOwnerAlone() throws IOException {
    backUp(system.files().build());

    try (Stream<Path> paths = Files.walk(system.repository)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .as(path.toString())
            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
      }
    }
  }

  @Test
  void namesTwoBackupsOfOneSecondApart() {
    Clock clock = Clock.fixed(Instant.parse("2024-01-15T02:00:00.5Z"), ZoneOffset.UTC);
    BackupConfig config = system.files().clock(clock).build();

    assertThat(backUp(config).backupId()).hasToString("full-20240115-020000");
    assertThat(backUp(config).backupId()).hasToString("full-20240115-020001");
    try (BackupManager manager = BackupManager.create(config)) {
      assertThat(manager.list())
          .extracting(metadata -> metadata.backupId().toString())
          .containsExactly("full-20240115-020000", "full-20240115-020001");
      assertThatThrownBy(() -> manager.show(BackupId.parse("full-20200101-000000")))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("full-20240115-020001");
    }
  }

  @Test
  void aMissingRootIsFoundBeforeAnythingIsWritten() {
    BackupConfig config =
        system.base().source(FileTree.named("config").path(folder.resolve("absent"))).build();

    assertThatThrownBy(() -> backUp(config))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("absent");
    assertThat(system.repository.resolve("repository.json")).doesNotExist();
  }

  @Test
  void aSecondRunIsRefusedWhileOneIsAtWork() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    BackupConfig slow =
        system
            .files()
            .listener(
                event -> {
                  if (event instanceof BackupEvent.SourceStarted) {
                    started.countDown();
                    try {
                      goOn.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }
                })
            .build();
    try (BackupManager first = BackupManager.create(slow)) {
      CompletableFuture<BackupMetadata> running = first.createFullBackupAsync();
      started.await();

      assertThatThrownBy(() -> backUp(system.files().build()))
          .isInstanceOf(RepositoryLockedException.class);
      goOn.countDown();
      assertThat(running.get().sources()).hasSize(2);
    }
  }

  @Test
  void closingTheManagerStopsWhatRunsAndLeavesNothing() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    BackupConfig config =
        system
            .files()
            .listener(
                event -> {
                  if (event instanceof BackupEvent.SourceStarted) {
                    started.countDown();
                    try {
                      Thread.sleep(60_000);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }
                })
            .build();
    BackupManager manager = BackupManager.create(config);
    CompletableFuture<BackupMetadata> running = manager.createFullBackupAsync();
    started.await();
    manager.close();

    assertThatThrownBy(running::get).hasCauseInstanceOf(BackupCancelledException.class);
    assertThat(system.objects())
        .extracting(path -> path.getFileName().toString())
        .containsOnly("repository.json");
    assertThatThrownBy(manager::createFullBackup).isInstanceOf(BackupCancelledException.class);
  }

  @Test
  void tellsListenersWhatHappens() {
    List<BackupEvent> events = new CopyOnWriteArrayList<>();
    backUp(
        system
            .files()
            .listener(
                event -> {
                  throw new IllegalStateException("a listener that fails disturbs nobody");
                })
            .listener(events::add)
            .build());

    assertThat(events.get(0)).isInstanceOf(BackupEvent.RunStarted.class);
    assertThat(events).filteredOn(BackupEvent.SourceFinished.class::isInstance).hasSize(2);
    assertThat(events.get(events.size() - 1)).isInstanceOf(BackupEvent.RunSucceeded.class);
  }

  @Test
  void putsTheSameObjectsIntoEveryDestination() throws IOException {
    Path second = folder.resolve("second");
    BackupConfig config = system.files().destination(LocalDirectory.at(second)).build();
    BackupMetadata metadata = backUp(config);

    String id = metadata.backupId().toString();
    assertThat(TestSystem.contents(second.resolve(id)))
        .isEqualTo(TestSystem.contents(system.repository.resolve(id)));
  }

  @Test
  void aRepositoryOfAnotherSystemIsRefused() {
    backUp(system.files().build());
    BackupConfig other =
        BackupConfig.builder("other-engine")
            .source(FileTree.named("config").path(system.config))
            .encryption(io.tradingengine.backup.OpenPgp.recipients(system.publicKey))
            .destination(LocalDirectory.at(system.repository))
            .build();

    assertThatThrownBy(() -> backUp(other))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("trading-engine");
  }

  private static Path below(Path path) {
    return Path.of("/").relativize(path);
  }

  private static BackupMetadata backUp(BackupConfig config) {
    try (BackupManager manager = BackupManager.create(config)) {
      return manager.createFullBackup();
    }
  }

  private RestoreReport restore(RestoreRequest request) {
    try (RestoreManager manager = RestoreManager.create(system.files().build())) {
      return manager.execute(manager.plan(request));
    }
  }
}
