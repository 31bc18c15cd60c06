package io.tradingengine.backup.core.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupCancelledException;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.FileTree;
import io.tradingengine.backup.LocalDirectory;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.State;
import io.tradingengine.backup.core.support.NoThreadLeft;
import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.event.BackupListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a merge makes of the sources' parts, and what it leaves where it cannot. */
@ExtendWith(NoThreadLeft.class)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class MergeTest {
  @TempDir Path folder;
  private TestSystem system;
  private Path second;
  private final AtomicReference<String> live = new AtomicReference<>("");
  private final AtomicReference<String> restored = new AtomicReference<>("");

  @BeforeEach
  void fill() throws IOException {
    system = new TestSystem(folder).fill(2);
    second = folder.resolve("second");
  }

  private BackupConfig config(BackupListener listener) {
    return system
        .base()
        .source(FileTree.named("state").path(system.state))
        .source(
            State.named("positions")
                .capture(out -> out.write(live.get().getBytes(UTF_8)))
                .restore(in -> restored.set(new String(in.readAllBytes(), UTF_8))))
        .destination(LocalDirectory.at(second))
        .listener(listener)
        .build();
  }

  private BackupManager manager() {
    return BackupManager.create(config(event -> {}));
  }

  private void takeChain(BackupManager manager) throws IOException {
    for (int link = 0; link < 3; link++) {
      Files.writeString(system.state.resolve("book"), "EURUSD " + link);
      live.set("long " + link);
      manager.createIncrementalBackup();
    }
  }

  @Test
  void whatStandsOnItsOwnIsCopiedAndAllDestinationsGetTheMergedBackup() throws Exception {
    try (BackupManager manager = manager()) {
      takeChain(manager);
      BackupMetadata tip = manager.list().get(2);

      BackupMetadata merged = manager.merge().orElseThrow();

      assertThat(merged.destinations()).hasSize(2);
      assertThat(merged.sources())
          .extracting(BackupMetadata.SourceSummary::name)
          .containsExactly("state", "positions");
      assertThat(merged.sources().get(1)).isEqualTo(withSizeOf(merged, tip));
      assertThat(manager.show(merged.backupId())).isEqualTo(merged);
      assertThat(manager.merge()).isEmpty();
      live.set("gone");
    }
    restoreTo("EURUSD 2", "long 2");
  }

  /** Objects are encrypted anew, which may take some bytes more or less. */
  private static BackupMetadata.SourceSummary withSizeOf(
      BackupMetadata merged, BackupMetadata tip) {
    BackupMetadata.SourceSummary part = tip.sources().get(1);
    return new BackupMetadata.SourceSummary(
        part.name(),
        part.type(),
        part.parent(),
        merged.sources().get(1).size(),
        part.plainSize(),
        part.asOf(),
        part.duration(),
        part.attributes());
  }

  private void restoreTo(String book, String positions) throws IOException {
    try (RestoreManager manager = RestoreManager.create(config(event -> {}))) {
      manager.execute(
          manager.plan(RestoreRequest.latest().source("state").into(folder.resolve("restored"))));
      manager.execute(manager.plan(RestoreRequest.latest().source("positions")));
    }
    Path state = folder.resolve("restored/state").resolve(Path.of("/").relativize(system.state));
    assertThat(state.resolve("book")).hasContent(book);
    assertThat(restored).hasValue(positions);
  }

  @Test
  void whatIsDamagedInOneDestinationComesFromTheOther() throws Exception {
    try (BackupManager manager = manager()) {
      takeChain(manager);
      Path object =
          system.objects().stream()
              .filter(path -> path.toString().contains("/state/files-000001"))
              .findFirst()
              .orElseThrow();
      Files.write(object, new byte[100]);

      BackupMetadata merged = manager.merge().orElseThrow();

      assertThat(merged.destinations()).hasSize(2);
    }
    restoreTo("EURUSD 2", "long 2");
  }

  @Test
  void withoutABackupThereIsNothingToMerge() {
    try (BackupManager manager = manager()) {
      assertThatThrownBy(manager::merge)
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("There is no backup of 'trading-engine'");
    }
  }

  @Test
  void anInterruptedMergePublishesNothingAndTheNextOneIsClean() throws Exception {
    List<BackupMetadata> before;
    try (BackupManager manager = manager()) {
      takeChain(manager);
      before = manager.list();
    }
    BackupListener interrupting =
        event -> {
          if (event instanceof BackupEvent.SourceStarted started
              && started.source().equals("positions")) {
            Thread.currentThread().interrupt();
          }
        };
    try (BackupManager manager = BackupManager.create(config(interrupting))) {
      assertThatThrownBy(manager::merge)
          .isInstanceOf(BackupCancelledException.class)
          .hasMessageContaining("nothing was published");
      assertThat(Thread.interrupted()).as("whoever interrupted hears of it").isTrue();
      assertThat(manager.list()).isEqualTo(before);
    }
    for (Path repository : List.of(system.repository, second)) {
      try (var folders = Files.list(repository)) {
        assertThat(folders.filter(path -> path.getFileName().toString().startsWith("full-")))
            .hasSize(1);
      }
    }
    try (BackupManager manager = manager()) {
      assertThat(manager.merge()).isPresent();
    }
    restoreTo("EURUSD 2", "long 2");
  }
}
