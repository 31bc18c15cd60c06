package io.tradingengine.backup.core.engine;

import static io.tradingengine.backup.core.engine.ScriptedSource.asOf;
import static io.tradingengine.backup.core.engine.ScriptedSource.atEnd;
import static io.tradingengine.backup.core.engine.ScriptedSource.atStart;
import static io.tradingengine.backup.core.engine.ScriptedSource.noise;
import static io.tradingengine.backup.core.engine.ScriptedSource.unready;
import static io.tradingengine.backup.core.engine.ScriptedSource.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.FileTree;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.PreflightException;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.core.support.NoThreadLeft;
import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Several sources in one backup: their order, their failures, and those it can do without. */
@ExtendWith(NoThreadLeft.class)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class SourcesTogetherTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private TestSystem system;
  private final List<BackupEvent> events = new CopyOnWriteArrayList<>();

  @BeforeEach
  void fill() throws IOException {
    system = new TestSystem(folder).fill(2);
  }

  private BackupMetadata backUp(Participant... participants) throws InterruptedException {
    BackupConfig config = system.files().listener(events::add).build();
    Encryptor encryptor = Components.encryptor(config);
    try (Targets targets = Targets.open(config, encryptor)) {
      return new BackupRun(config, encryptor, targets)
          .execute(BackupKind.FULL, List.of(participants));
    }
  }

  /** The folder of files as a real source, to see that others go on. */
  private Participant config() {
    Source source = Components.source(FileTree.named("config").path(system.config).settings());
    return new Participant(source, Participant.Need.REQUIRED);
  }

  private static ScriptedSource.Script small(String asOf) {
    return out -> {
      write(out, "data", 100).finish();
      return asOf(asOf);
    };
  }

  private List<String> objects() throws IOException {
    return system.objects().stream()
        .map(path -> path.getParent().getFileName() + "/" + path.getFileName())
        .toList();
  }

  private void assertNothingIsLeft() throws IOException {
    assertThat(objects()).containsExactly("repository/repository.json");
  }

  @Test
  void whatHasTheStateOfItsEndGoesFirstAndTheOthersBeginWhenAllOfItIsThrough() throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    CyclicBarrier ends = new CyclicBarrier(2);
    CyclicBarrier starts = new CyclicBarrier(2);

    BackupMetadata metadata =
        backUp(
            recording("redis", order, starts).atStart().required(),
            recording("shard-1", order, ends).atEnd().required(),
            recording("state", order, starts).atStart().required(),
            recording("shard-2", order, ends).atEnd().required());

    assertThat(order.subList(0, 4))
        .containsExactlyInAnyOrder(
            "shard-1 begins", "shard-2 begins", "shard-1 ends", "shard-2 ends");
    assertThat(order.subList(0, 2)).allMatch(line -> line.endsWith("begins"));
    assertThat(order.subList(4, 6)).allMatch(line -> line.endsWith("begins"));
    assertThat(metadata.sources())
        .as("in the order configured")
        .extracting(BackupMetadata.SourceSummary::name)
        .containsExactly("redis", "shard-1", "state", "shard-2");
  }

  private record Recording(String name, ScriptedSource.Script script) {
    ScriptedSource atStart() {
      return ScriptedSource.atStart(name, script);
    }

    ScriptedSource atEnd() {
      return ScriptedSource.atEnd(name, script);
    }
  }

  /** Goes on only once the other one of its kind is at work, too. */
  private static Recording recording(String name, List<String> order, CyclicBarrier together) {
    return new Recording(
        name,
        out -> {
          order.add(name + " begins");
          try {
            together.await();
          } catch (java.util.concurrent.BrokenBarrierException e) {
            throw new IOException(e);
          }
          write(out, "data", 100).finish();
          order.add(name + " ends");
          return asOf("2024-01-15T02:00:00Z");
        });
  }

  @Test
  void manySourcesTakeTurns() throws Exception {
    List<Participant> many = new ArrayList<>();
    for (int i = 0; i < 3 * SideBySide.MOST; i++) {
      many.add(atStart("source-" + i, small("2024-01-15T02:00:00Z")).required());
    }

    BackupMetadata metadata = backUp(many.toArray(Participant[]::new));

    assertThat(metadata.sources()).hasSize(3 * SideBySide.MOST);
  }

  @Test
  void theSpreadIsTheTimeFromTheEarliestToTheLatestState() throws Exception {
    BackupMetadata metadata =
        backUp(
            atStart("redis", small("2024-01-15T02:00:01.250Z")).required(),
            atStart("state", small("2024-01-15T02:00:03.500Z")).required(),
            atEnd("postgres", small("2024-01-15T02:00:01Z")).required());

    assertThat(metadata.spread()).isEqualTo(Duration.ofMillis(2500));
    try (RestoreManager manager = RestoreManager.create(system.files().build())) {
      assertThat(manager.list().get(0).spread()).isEqualTo(Duration.ofMillis(2500));
      assertThat(manager.list().get(0).sources()).isEqualTo(metadata.sources());
    }
  }

  @Test
  void oneThatFailsStopsTheOthersAndLeavesNothing() throws IOException {
    CountDownLatch written = new CountDownLatch(1);
    List<Throwable> stopped = new CopyOnWriteArrayList<>();
    Participant slow =
        atEnd(
                "slow",
                out -> {
                  try (ArtifactStream stream = out.create("data", "bin")) {
                    stream.write(noise(3 * MIB));
                    written.countDown();
                    TimeUnit.MINUTES.sleep(5);
                    throw new AssertionError("nobody has stopped it");
                  } catch (InterruptedException e) {
                    stopped.add(e);
                    throw new IOException("stopped in the middle", e);
                  }
                })
            .required();
    Participant failing =
        atEnd(
                "failing",
                out -> {
                  try (ArtifactStream stream = out.create("data", "bin")) {
                    stream.write(noise(2 * MIB));
                    written.await();
                    throw new IOException("the server went away");
                  }
                })
            .required();
    Participant later =
        atStart(
                "later",
                out -> {
                  throw new AssertionError("begun after another had failed");
                })
            .required();

    Throwable thrown = catchThrowable(() -> backUp(slow, later, failing));

    assertThat(thrown)
        .isInstanceOf(BackupException.class)
        .hasMessage("The backup failed: source 'failing': the server went away");
    assertThat(thrown.getCause().getSuppressed())
        .extracting(Throwable::getMessage)
        .containsExactly("source 'slow': stopped in the middle");
    assertThat(stopped).hasSize(1);
    assertThat(events.get(events.size() - 1)).isInstanceOf(BackupEvent.RunFailed.class);
    assertNothingIsLeft();
  }

  @Test
  void anErrorLeavesNothingEither() throws IOException {
    Error error = new AssertionError("a defect");

    assertThatThrownBy(
            () ->
                backUp(
                    config(),
                    atStart(
                            "failing",
                            out -> {
                              write(out, "data", 2 * MIB);
                              throw error;
                            })
                        .required()))
        .isSameAs(error);
    assertNothingIsLeft();
  }

  @Test
  void anArtifactThatIsClosedUnfinishedFailsTheBackup() throws IOException {
    assertThatThrownBy(
            () ->
                backUp(
                    atStart(
                            "sloppy",
                            out -> {
                              write(out, "data", 100).close();
                              return asOf("2024-01-15T02:00:00Z");
                            })
                        .required()))
        .hasMessageContaining("source 'sloppy': the artifacts [data] were begun and not finished");
    assertNothingIsLeft();
  }

  @Test
  void theInterruptionOfTheCallerStopsAll() throws IOException {
    Thread caller = Thread.currentThread();
    CountDownLatch begun = new CountDownLatch(2);
    ScriptedSource.Script waiting =
        out -> {
          write(out, "data", MIB + 1);
          begun.countDown();
          begun.await();
          caller.interrupt();
          TimeUnit.MINUTES.sleep(5);
          throw new AssertionError("nobody has stopped it");
        };

    assertThatThrownBy(
            () -> backUp(atEnd("one", waiting).required(), atEnd("two", waiting).optional()))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
    assertNothingIsLeft();
  }

  @Test
  void aSourceThatInterruptsItselfFailsLikeAnyOther() throws IOException {
    assertThatThrownBy(
            () ->
                backUp(
                    atStart(
                            "strange",
                            out -> {
                              throw new InterruptedException("by itself");
                            })
                        .required()))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("strange was interrupted by something in itself");
    assertNothingIsLeft();
  }

  @Test
  void anOptionalSourceThatFailsIsMissingAndNothingOfItIsStored() throws Exception {
    BackupMetadata metadata =
        backUp(
            config(),
            atEnd(
                    "redis",
                    out -> {
                      write(out, "functions", 100).finish();
                      try (ArtifactStream stream = out.create("dump", "bin")) {
                        stream.write(noise(5 * MIB));
                        throw new IOException("the master closed the connection");
                      }
                    })
                .optional());

    assertThat(metadata.degraded()).isTrue();
    assertThat(metadata.missing())
        .containsExactly(
            new BackupMetadata.MissingSource(
                "redis", "scripted", "the master closed the connection"));
    assertThat(metadata.findings())
        .containsExactly(
            Finding.warning(
                "redis",
                "is optional and is not in the backup: the master closed the connection",
                ""));
    assertThat(metadata.sources()).extracting("name").containsExactly("config");
    assertThat(objects()).noneMatch(name -> name.startsWith("redis/"));
    assertThat(system.repository.resolve(metadata.backupId() + "/redis")).doesNotExist();
    assertThat(events)
        .contains(
            new BackupEvent.SourceLeftOut(
                BackupEvent.Operation.BACKUP,
                metadata.backupId(),
                "redis",
                "the master closed the connection"));
    assertThat(events.get(events.size() - 1)).isInstanceOf(BackupEvent.RunSucceeded.class);
  }

  @Test
  void aRestoreSaysWhatTheBackupDoesNotHave() throws Exception {
    backUp(
        config(),
        atStart(
                "redis",
                out -> {
                  throw new IllegalStateException("not a number: 'x'");
                })
            .optional());

    try (RestoreManager manager = RestoreManager.create(system.files().build())) {
      RestoreRequest all = RestoreRequest.latest().into(folder.resolve("restored"));
      RestorePlan plan = manager.plan(all);
      assertThat(plan.findings())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
                assertThat(finding.subject()).isEqualTo("redis");
                assertThat(finding.message())
                    .contains("is not in this backup")
                    .contains("not a number: 'x'");
              });
      assertThat(plan.executable()).isTrue();
      assertThat(manager.execute(plan).sources()).extracting("name").containsExactly("config");
      assertThat(manager.plan(all.source("config")).findings()).isEmpty();
      assertThatThrownBy(() -> manager.plan(all.source("redis")))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("has no source 'redis': it could not be captured: not a number")
          .hasMessageContaining("it has config");
    }
  }

  @Test
  void anOptionalSourceThatIsNotReadyIsMissing() throws Exception {
    BackupMetadata metadata = backUp(config(), unready("redis", "connection refused").optional());

    assertThat(metadata.missing())
        .containsExactly(
            new BackupMetadata.MissingSource("redis", "scripted", "connection refused"));
    assertThat(metadata.findings())
        .containsExactly(
            Finding.warning(
                "redis", "is optional and is not in the backup: connection refused", "start it"));
  }

  @Test
  void aSourceThatTheBackupNeedsHasToBeReady() {
    assertThatThrownBy(() -> backUp(config(), unready("redis", "connection refused").required()))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("redis: connection refused HINT: start it");
    assertThat(system.repository.resolve("repository.json")).doesNotExist();
  }

  @Test
  void aBackupOfNothingIsNone() throws IOException {
    assertThatThrownBy(
            () ->
                backUp(
                    unready("redis", "connection refused").optional(),
                    unready("state", "is not there").optional()))
        .isInstanceOf(PreflightException.class)
        .hasMessageContainingAll("connection refused", "is not there");

    assertThatThrownBy(
            () ->
                backUp(
                    unready("redis", "connection refused").optional(),
                    atStart(
                            "state",
                            out -> {
                              throw new IOException("broken");
                            })
                        .optional()))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("no source could be captured: state: broken");
    assertNothingIsLeft();
  }

  @Test
  void whatFailsAllSourcesFailsTheBackupThoughTheOneItHitsIsOptional() throws IOException {
    assertThatThrownBy(
            () ->
                backUp(
                    config(),
                    atEnd(
                            "redis",
                            out -> {
                              // A file where the folder of its volumes has to be: no put succeeds.
                              Files.createDirectories(system.repository.resolve(id().toString()));
                              Files.createFile(system.repository.resolve(id() + "/redis"));
                              write(out, "dump", 3 * MIB).finish();
                              return asOf("2024-01-15T02:00:00Z");
                            })
                        .optional()))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("redis/dump-00000");
  }

  @Test
  void aSourceMayBeginAgainUnderAnotherName() throws Exception {
    BackupMetadata metadata =
        backUp(
            config(),
            atStart(
                    "redis",
                    out -> {
                      try (ArtifactStream first = write(out, "dump", 4 * MIB)) {
                        first.abandon();
                        assertThatThrownBy(() -> first.write(1)).isInstanceOf(IOException.class);
                      }
                      write(out, "dump-2", 2 * MIB).finish();
                      assertThatThrownBy(() -> out.create("dump", "bin"))
                          .hasMessageContaining("begun twice");
                      return asOf("2024-01-15T02:00:00Z");
                    })
                .required());

    assertThat(metadata.degraded()).isFalse();
    assertThat(metadata.sources().get(1).plainSize()).isEqualTo(2 * MIB);
    assertThat(objects().stream().filter(name -> name.startsWith("redis/")))
        .hasSize(2)
        .allMatch(name -> name.startsWith("redis/dump-2-00000"));
    BackupEvent.SourceFinished finished =
        events.stream()
            .filter(BackupEvent.SourceFinished.class::isInstance)
            .map(BackupEvent.SourceFinished.class::cast)
            .filter(event -> event.source().equals("redis"))
            .findFirst()
            .orElseThrow();
    assertThat(finished.bytes()).isEqualTo(2 * MIB);
  }

  @Test
  void whatCannotBeRemovedIsNamedAndFailsNothing() throws Exception {
    BackupMetadata metadata =
        backUp(
            config(),
            atStart(
                    "redis",
                    out -> {
                      ArtifactStream first = write(out, "dump", 2 * MIB);
                      // Links in a repository are neither followed nor removed.
                      Path volume = awaitObject("redis/dump-000001.bin.zst.gpg");
                      Files.delete(volume);
                      Files.createSymbolicLink(volume, folder);
                      first.abandon();
                      write(out, "dump-2", 100).finish();
                      return asOf("2024-01-15T02:00:00Z");
                    })
                .required());

    assertThat(metadata.degraded()).isTrue();
    assertThat(metadata.missing()).isEmpty();
    assertThat(metadata.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.subject()).contains(system.repository.toString());
              assertThat(finding.message())
                  .contains(metadata.backupId() + "/redis/dump-000001.bin.zst.gpg")
                  .doesNotContain("dump-000002");
            });
    try (RestoreManager manager = RestoreManager.create(system.files().build())) {
      assertThat(manager.list()).hasSize(1);
    }
  }

  @Test
  void nothingIsBegunAfterACaptureHasEnded() throws Exception {
    List<ArtifactStream> kept = new ArrayList<>();
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    backUp(
        atEnd(
                "first",
                out -> {
                  kept.add(write(out, "data", 100));
                  kept.get(0).finish();
                  Thread late =
                      new Thread(
                          () -> {
                            awaitEvent(BackupEvent.SourceFinished.class);
                            thrown.add(catchThrowable(() -> out.create("more", "")));
                            thrown.add(catchThrowable(() -> kept.get(0).write(1)));
                          });
                  late.start();
                  return asOf("2024-01-15T02:00:00Z");
                })
            .required(),
        atStart(
                "second",
                out -> {
                  while (thrown.size() < 2) {
                    Thread.sleep(5);
                  }
                  write(out, "data", 100).finish();
                  return asOf("2024-01-15T02:00:00Z");
                })
            .required());

    assertThat(thrown).allMatch(IOException.class::isInstance);
  }

  private BackupId id() {
    return events.get(0).backupId();
  }

  private Path awaitObject(String name) throws InterruptedException {
    Path path = system.repository.resolve(id().toString()).resolve(name);
    while (!Files.exists(path)) {
      Thread.sleep(5);
    }
    return path;
  }

  private void awaitEvent(Class<? extends BackupEvent> type) {
    try {
      while (events.stream().noneMatch(type::isInstance)) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
