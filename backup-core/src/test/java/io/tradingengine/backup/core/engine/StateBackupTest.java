package io.tradingengine.backup.core.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tradingengine.backup.BackupCancelledException;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Compression;
import io.tradingengine.backup.FileTree;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.PreflightException;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.State;
import io.tradingengine.backup.core.support.NoThreadLeft;
import io.tradingengine.backup.spi.ArtifactStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An application's own state, from its callback through a backup and back into its callback. */
@ExtendWith(NoThreadLeft.class)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class StateBackupTest {
  private static final byte[] POSITIONS = noise(3 << 20);

  @TempDir Path folder;
  private TestSystem system;
  private final AtomicReference<byte[]> taken = new AtomicReference<>();

  @BeforeEach
  void fill() throws IOException {
    system = new TestSystem(folder).fill(1);
  }

  private static byte[] noise(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private State positions() {
    return State.named("positions")
        .capture(out -> out.write(POSITIONS))
        .restore(in -> taken.set(in.readAllBytes()));
  }

  private BackupConfig with(State state) {
    return system.base().source(state).source(FileTree.named("config").path(system.config)).build();
  }

  private BackupMetadata backUp(BackupConfig config) {
    try (BackupManager manager = BackupManager.create(config)) {
      return manager.createFullBackup();
    }
  }

  private RestorePlan plan(BackupConfig config, RestoreRequest request) {
    try (RestoreManager manager = RestoreManager.create(config)) {
      return manager.plan(request);
    }
  }

  private RestoreReport restore(BackupConfig config, RestoreRequest request) {
    try (RestoreManager manager = RestoreManager.create(config)) {
      return manager.execute(manager.plan(request));
    }
  }

  private static RestoreRequest inPlace() {
    return RestoreRequest.latest().source("positions");
  }

  private void assertNothingWasPublished() throws IOException {
    assertThat(system.objects())
        .extracting(path -> path.getFileName().toString())
        .containsExactly("repository.json");
  }

  @Test
  void theCallbackGetsBackWhatTheOtherOneWrote() {
    BackupConfig config = with(positions());
    Instant before = Instant.now();

    BackupMetadata metadata = backUp(config);

    BackupMetadata.SourceSummary summary = metadata.sources().get(0);
    assertThat(summary.name()).isEqualTo("positions");
    assertThat(summary.type()).isEqualTo("state");
    assertThat(summary.plainSize()).isEqualTo(POSITIONS.length);
    assertThat(summary.asOf()).isBetween(before, metadata.finishedAt());

    RestorePlan plan = plan(config, inPlace());
    assertThat(taken).hasValue(null);
    assertThat(plan.writeBytes()).isEqualTo(POSITIONS.length);
    assertThat(plan.steps().get(0).targets()).isEmpty();
    assertThat(plan.steps().get(0).findings())
        .containsExactly(
            Finding.info(
                "positions",
                "is handed to the application's restore callback, last of all; that cannot be taken"
                    + " back"));

    RestoreReport report = restore(config, inPlace());

    assertThat(taken.get()).isEqualTo(POSITIONS);
    assertThat(report.sources().get(0).bytes()).isEqualTo(POSITIONS.length);
    assertThat(report.sources().get(0).findings())
        .containsExactly(Finding.info("positions", "was handed to the application"));
  }

  @Test
  void noStateIsAStateToo() {
    BackupConfig config =
        with(
            State.named("positions")
                .capture(out -> {})
                .restore(in -> taken.set(in.readAllBytes())));
    backUp(config);

    restore(config, inPlace());

    assertThat(taken.get()).isEmpty();
  }

  /** With volumes of 1 MiB, a buffer of the whole state would be a hundred times larger. */
  @Test
  void itIsStreamed() throws Exception {
    long size = 256L << 20;
    byte[] piece = noise(1 << 16);
    AtomicReference<String> captured = new AtomicReference<>();
    AtomicReference<String> restored = new AtomicReference<>();
    BackupConfig config =
        BackupConfig.builder("trading-engine")
            .encryption(io.tradingengine.backup.Encryption.none())
            .compression(Compression.none().volumeSize(1 << 20))
            .destination(io.tradingengine.backup.LocalDirectory.at(system.repository))
            .source(
                State.named("positions")
                    .capture(
                        out -> {
                          DigestOutputStream digesting =
                              new DigestOutputStream(
                                  out, io.tradingengine.backup.spi.Sha256.newDigest());
                          for (long done = 0; done < size; done += piece.length) {
                            piece[0]++;
                            digesting.write(piece);
                          }
                          captured.set(digest(digesting));
                        })
                    .restore(
                        in -> {
                          DigestOutputStream digesting =
                              new DigestOutputStream(
                                  OutputStream.nullOutputStream(),
                                  io.tradingengine.backup.spi.Sha256.newDigest());
                          in.transferTo(digesting);
                          restored.set(digest(digesting));
                        }))
            .build();

    assertThat(backUp(config).plainSize()).isEqualTo(size);
    restore(config, inPlace());

    assertThat(restored.get()).isEqualTo(captured.get());
  }

  private static String digest(DigestOutputStream digesting) {
    return HexFormat.of().formatHex(digesting.getMessageDigest().digest());
  }

  @Test
  void aCallbackThatFailsFailsTheBackup() throws IOException {
    for (Throwable thrown :
        List.of(
            new IOException("the book is locked"),
            new IllegalStateException("the book is locked"))) {
      BackupConfig config =
          with(
              State.named("positions")
                  .capture(
                      out -> {
                        out.write(POSITIONS);
                        if (thrown instanceof IOException e) {
                          throw e;
                        }
                        throw (RuntimeException) thrown;
                      }));

      assertThatThrownBy(() -> backUp(config))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining(
              "source 'positions': the capture callback failed: the book is locked")
          .hasRootCause(thrown);
      assertNothingWasPublished();
    }
  }

  @Test
  void aStateThatIsOptionalMayFail() throws IOException {
    BackupMetadata metadata =
        backUp(
            with(
                State.named("positions")
                    .capture(
                        out -> {
                          out.write(POSITIONS);
                          throw new IOException("the book is locked");
                        })
                    .optional()));

    assertThat(metadata.missing()).extracting("name").containsExactly("positions");
    assertThat(system.objects()).noneMatch(path -> path.toString().contains("positions"));
  }

  @Test
  void aCallbackMayCloseItsStream() {
    BackupConfig config =
        with(
            State.named("positions")
                .capture(
                    out -> {
                      try (out) {
                        out.write(POSITIONS);
                      }
                    })
                .restore(
                    in -> {
                      try (in) {
                        taken.set(in.readNBytes(100));
                      }
                    }));
    backUp(config);

    RestoreReport report = restore(config, inPlace());

    assertThat(taken.get()).isEqualTo(java.util.Arrays.copyOf(POSITIONS, 100));
    assertThat(report.sources().get(0).findings())
        .containsExactly(
            Finding.info(
                "positions", "was handed to the application, which read 100 of its 3145728 bytes"));
  }

  @Test
  void aCallbackThatWritesAfterItHasClosedFailsEvenIfItHidesThat() throws IOException {
    BackupConfig config =
        with(
            State.named("positions")
                .capture(
                    out -> {
                      out.close();
                      assertThat(catchThrowable(() -> out.write(1)))
                          .isInstanceOf(IOException.class);
                    }));

    assertThatThrownBy(() -> backUp(config))
        .hasMessageContaining("source 'positions'")
        .hasMessageContaining("written to after its stream was closed");
    assertNothingWasPublished();
  }

  @Test
  void aStreamThatIsKeptTakesNothingMore() {
    List<OutputStream> kept = new ArrayList<>();
    List<InputStream> keptIn = new ArrayList<>();
    BackupConfig config =
        with(
            State.named("positions")
                .capture(
                    out -> {
                      assertThat(out).isNotInstanceOf(ArtifactStream.class);
                      kept.add(out);
                      out.write(POSITIONS);
                    })
                .restore(
                    in -> {
                      keptIn.add(in);
                      taken.set(in.readNBytes(10));
                    }));

    BackupMetadata metadata = backUp(config);
    assertThatThrownBy(() -> kept.get(0).write(POSITIONS)).isInstanceOf(IOException.class);
    assertThat(metadata.sources().get(0).plainSize()).isEqualTo(POSITIONS.length);

    restore(config, inPlace());
    assertThatThrownBy(() -> keptIn.get(0).read()).isInstanceOf(IOException.class);
  }

  @Test
  void closingTheManagerInterruptsTheCallback() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    BackupConfig config =
        with(
            State.named("positions")
                .capture(
                    out -> {
                      out.write(POSITIONS);
                      begun.countDown();
                      TimeUnit.MINUTES.sleep(5);
                    }));
    BackupManager manager = BackupManager.create(config);
    CompletableFuture<BackupMetadata> running = manager.createFullBackupAsync();
    begun.await();
    manager.close();

    assertThatThrownBy(running::get).hasCauseInstanceOf(BackupCancelledException.class);
    assertNothingWasPublished();
  }

  @Test
  void aBackupNeedsACallback() {
    assertThatThrownBy(() -> backUp(with(State.named("positions"))))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("positions: has no callback that captures the state")
        .hasMessageContaining("State.named(\"positions\").capture(...)");
  }

  @Test
  void aFileCannotHoldACallbackAndNamesTheSourceForARestoreIntoAFolder() throws IOException {
    backUp(with(positions()));
    BackupConfig named = load("{type: state, name: positions}");

    assertThatThrownBy(() -> load("{type: state, name: positions, capture: save.sh}"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(
            "sources[0].capture: is 'save.sh', expected a Capture handed in by the program");
    assertThat(plan(named, inPlace()).obstacles())
        .singleElement()
        .extracting(Finding::message)
        .isEqualTo("has no callback that takes the state in");
    restore(named, inPlace().into(folder.resolve("restored")));
    assertThat(folder.resolve("restored/positions/state.bin")).hasBinaryContent(POSITIONS);
  }

  private BackupConfig load(String source) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("backup.yaml"),
            """
            name: trading-engine
            sources: [%s]
            encryption: {type: openpgp, recipients: [%s]}
            decryption: {secret-key: %s, passphrase: %s}
            destinations: [{type: local, path: %s}]
            """
                .formatted(
                    source,
                    system.publicKey,
                    system.secretKey,
                    TestSystem.PASSPHRASE,
                    system.repository));
    return BackupConfig.load(file);
  }

  @Test
  void intoAFolderItIsAFileForItsOwnerAlone() throws IOException {
    BackupConfig config = with(positions());
    backUp(config);
    Path into = folder.resolve("restored");
    Path file = into.resolve("positions/state.bin");

    RestoreReport report = restore(config, inPlace().into(into));

    assertThat(taken).hasValue(null);
    assertThat(report.sources().get(0).targets()).containsExactly(file);
    assertThat(file).hasBinaryContent(POSITIONS);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(children(file.getParent())).containsExactly(file);
  }

  @Test
  void aFileInTheWayIsMovedAsideOnlyWithForce() throws IOException {
    BackupConfig config = with(positions());
    backUp(config);
    Path into = folder.resolve("restored");
    Path file = into.resolve("positions/state.bin");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "older");

    assertThatThrownBy(() -> restore(config, inPlace().into(into)))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining(file + " exists");
    assertThat(file).hasContent("older");

    restore(config, inPlace().into(into).force());

    assertThat(file).hasBinaryContent(POSITIONS);
    assertThat(children(file.getParent()))
        .hasSize(2)
        .last()
        .satisfies(
            aside -> {
              assertThat(aside.toString()).startsWith(file + ".before-restore-");
              assertThat(aside).hasContent("older");
            });
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList();
    }
  }

  @Test
  void aFlippedBitIsFoundBeforeTheCallbackHearsOfAnything() throws IOException {
    BackupConfig config = with(positions());
    backUp(config);
    List<Path> volumes =
        system.objects().stream().filter(path -> path.toString().contains("/positions/")).toList();
    assertThat(volumes).hasSizeGreaterThanOrEqualTo(3);
    for (Path volume : volumes) {
      byte[] whole = Files.readAllBytes(volume);
      byte[] damaged = whole.clone();
      damaged[whole.length / 2] ^= 0x10;
      Files.write(volume, damaged);

      assertThatThrownBy(() -> restore(config, RestoreRequest.latest().force()))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining(volume.getFileName().toString());
      assertThatThrownBy(() -> restore(config, inPlace().into(folder.resolve("restored"))))
          .isInstanceOf(IntegrityException.class);
      Files.write(volume, whole);
    }
    assertThat(taken).hasValue(null);
    assertThat(folder.resolve("restored")).doesNotExist();
  }

  @Test
  void theApplicationIsHandedItsStateLastThoughItStandsFirst() throws IOException {
    AtomicReference<String> seen = new AtomicReference<>();
    Path file = system.config.resolve("engine.yaml");
    BackupConfig config =
        with(
            State.named("positions")
                .capture(out -> out.write(POSITIONS))
                .restore(in -> seen.set(Files.readString(file))));
    backUp(config);
    String before = Files.readString(file);
    Files.writeString(file, "changed");

    restore(config, RestoreRequest.latest().force());

    assertThat(seen).as("the files were in their place by then").hasValue(before);
  }

  @Test
  void aRestoreCallbackThatFailsTakesTheOthersBack() throws IOException {
    BackupConfig config =
        with(
            State.named("positions")
                .capture(out -> out.write(POSITIONS))
                .restore(
                    in -> {
                      throw new IllegalStateException("an unknown version: 7");
                    }));
    backUp(config);
    Files.writeString(system.config.resolve("engine.yaml"), "newer");
    var newer = TestSystem.contents(system.config);

    assertThatThrownBy(() -> restore(config, RestoreRequest.latest().force()))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining(
            "source 'positions': the restore callback failed: an unknown version: 7; what it had"
                + " taken in by then, the application has");
    assertThat(TestSystem.contents(system.config)).isEqualTo(newer);
    assertThat(children(system.config.getParent())).containsExactly(system.config);
  }

  @Test
  void anErrorOfARestoreCallbackTakesTheOthersBackToo() throws IOException {
    BackupConfig config =
        with(
            State.named("positions")
                .capture(out -> out.write(POSITIONS))
                .restore(
                    in -> {
                      throw new OutOfMemoryError("of the application");
                    }));
    backUp(config);
    Files.writeString(system.config.resolve("engine.yaml"), "newer");
    var newer = TestSystem.contents(system.config);

    assertThatThrownBy(() -> restore(config, RestoreRequest.latest().force()))
        .hasStackTraceContaining("of the application");
    assertThat(TestSystem.contents(system.config)).isEqualTo(newer);
    assertThat(children(system.config.getParent())).containsExactly(system.config);
  }

  @Test
  void whatWasHandedOverBeforeAFailureIsNamed() {
    BackupConfig config =
        system
            .base()
            .source(positions())
            .source(
                State.named("orders")
                    .capture(out -> out.write("7".getBytes(UTF_8)))
                    .restore(
                        in -> {
                          throw new IOException("the book is open");
                        }))
            .build();
    backUp(config);

    assertThatThrownBy(() -> restore(config, RestoreRequest.latest()))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("source 'orders'")
        .hasMessageContaining("the book is open")
        .hasMessageContaining("; restored before it, and not taken back: positions");
    assertThat(taken.get()).isEqualTo(POSITIONS);
  }

  @Test
  void anInterruptedRestoreCallbackIsSaidToBe() {
    Thread restoring = Thread.currentThread();
    BackupConfig config =
        with(
            State.named("positions")
                .capture(out -> out.write(POSITIONS))
                .restore(
                    in -> {
                      restoring.interrupt();
                      TimeUnit.MINUTES.sleep(5);
                    }));
    backUp(config);

    assertThatThrownBy(() -> restore(config, inPlace()))
        .isInstanceOf(BackupCancelledException.class)
        .hasMessageContaining("while 'positions' was handed over, which cannot be taken back");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void damageBetweenVerificationAndHandoverIsNotHidden() {
    BackupConfig config =
        with(
            State.named("positions")
                .capture(
                    out -> {
                      // More than is read ahead before the callback is called.
                      for (int i = 0; i < 8; i++) {
                        out.write(POSITIONS);
                      }
                    })
                .restore(
                    in -> {
                      damageTheLastVolume();
                      assertThatThrownBy(in::readAllBytes).isNotNull(); // and all goes on
                    }));
    backUp(config);

    assertThatThrownBy(() -> restore(config, inPlace())).isInstanceOf(BackupException.class);
  }

  private void damageTheLastVolume() {
    try {
      for (Path path : system.objects()) {
        if (path.toString().contains("/positions/state-000024")) {
          Files.write(path, new byte[] {1});
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
