package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.ArchivingOptions;
import io.tradingengine.backup.ArchivingStatus;
import io.tradingengine.backup.ArchivingStatus.Activity;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Compression;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.core.archive.Archive;
import io.tradingengine.backup.core.archive.ArchiveSetup;
import io.tradingengine.backup.core.archive.Captures;
import io.tradingengine.backup.core.archive.Outlet;
import io.tradingengine.backup.core.openpgp.NoEncryptionProvider;
import io.tradingengine.backup.core.point.PointCodec;
import io.tradingengine.backup.core.support.NoThreadLeft;
import io.tradingengine.backup.core.volume.ObjectDecoder;
import io.tradingengine.backup.spi.ChangeGapException;
import io.tradingengine.backup.spi.DestinationOptions.Need;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.Timing;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoThreadLeft.class)
@Timeout(60)
class ArchiveTest {
  @TempDir Path folder;

  private final ScriptedLog record = new ScriptedLog("ledger", Timing.AT_END);
  private final ScriptedLog derived = new ScriptedLog("cache", Timing.AT_START);
  private final MemoryDestination near = new MemoryDestination("near", Proximity.HOST);
  private final MemoryDestination far = new MemoryDestination("far", Proximity.REMOTE);
  private final List<Finding> told = new CopyOnWriteArrayList<>();
  private final Encryptor encryptor =
      new NoEncryptionProvider().open(Settings.of("none"), Optional.empty());
  private Need needOfFar = Need.REQUIRED;
  private long limit = 128L << 20;
  private Optional<Instant> newestBackup = Optional.empty();
  private Clock clock = Clock.systemUTC();
  private Archive archive;

  private Archive start() throws IOException {
    archive = Archive.start(setup("trading-engine"));
    return archive;
  }

  private ArchiveSetup setup(String system) {
    ArchivingOptions options =
        ArchivingOptions.spool(folder.resolve("spool"))
            .spoolLimit(limit)
            .shipEvery(Duration.ofMillis(100))
            .pointEvery(Duration.ofMillis(100));
    Captures captures =
        new Captures() {
          @Override
          public Optional<SourceState> newest(String source) {
            return Optional.empty();
          }

          @Override
          public Optional<Instant> newestBegun() {
            return newestBackup;
          }
        };
    return new ArchiveSetup(
        system,
        options.stateEvery(Duration.ofMillis(100)),
        Compression.zstd(1),
        encryptor,
        List.of(record, derived),
        List.of(new Outlet(near, Need.REQUIRED), new Outlet(far, needOfFar)),
        captures,
        told::add,
        clock);
  }

  @AfterEach
  void end() {
    if (archive != null) {
      archive.close();
    }
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting until " + what).isLessThan(end);
      Thread.sleep(20);
    }
  }

  private static List<String> keys(MemoryDestination destination, String prefix) {
    return destination.objects.keySet().stream()
        .map(ObjectKey::value)
        .filter(key -> key.startsWith(prefix))
        .toList();
  }

  private List<RecoveryPoint> points(MemoryDestination destination) throws IOException {
    List<RecoveryPoint> points = new ArrayList<>();
    try (LogObjects logs = new LogObjects(List.of(), encryptor);
        var decoder = new ObjectDecoder(encryptor)) {
      assertThat(logs.findings()).isEmpty();
      for (String key : keys(destination, "points/")) {
        byte[] stored = destination.objects.get(new ObjectKey(key));
        var plain = decoder.decode(new ByteArrayInputStream(stored), new ObjectKey(key));
        byte[] bytes = new byte[plain.remaining()];
        plain.get(bytes);
        points.addAll(new PointCodec().decode(bytes, key));
      }
    }
    return points;
  }

  private List<Path> spooled() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("spool/ready"))) {
      return files.toList();
    }
  }

  @Test
  void aNamedPointIsReturnedWhenEveryRequiredDestinationHasItAndWhatItNeeds() throws Exception {
    start();
    record.write(1000);
    derived.write(10);

    RecoveryPoint point = archive.mark("end of day");

    assertThat(point.sources().get("ledger").first()).isEqualTo(1000);
    assertThat(point.exact()).isTrue();
    for (MemoryDestination each : List.of(near, far)) {
      assertThat(keys(each, "changes/ledger/"))
          .containsExactly("changes/ledger/stream/1-1000.cmd.zst");
      assertThat(points(each)).contains(point);
      assertThat(keys(each, "points/")).anyMatch(key -> key.contains(".jsonl.named."));
    }
    assertThat(archive.status().lastPoint()).contains(point);
    await("the spool is empty", () -> archive.status().spoolBytes() == 0);
    assertThat(spooled()).isEmpty();
  }

  @Test
  void noPointArrivesBeforeWhatItNeeds() throws Exception {
    AtomicInteger early = new AtomicInteger();
    far.fault =
        (operation, key) -> {
          if (operation.equals("put") && key.startsWith("points/")) {
            long reached =
                keys(far, "changes/ledger/").stream()
                    .mapToLong(each -> Long.parseLong(each.replaceAll(".*-([0-9]+)\\.cmd.*", "$1")))
                    .max()
                    .orElse(0);
            early.addAndGet(reached < needed(key) ? 1 : 0);
          }
        };
    start();
    for (int i = 0; i < 30; i++) {
      record.write(100);
      Thread.sleep(20);
    }
    RecoveryPoint last = archive.mark("last");
    assertThat(points(far)).hasSizeGreaterThan(3).contains(last);
    assertThat(early).hasValue(0);
  }

  /** What the point under that key needs of the ledger: looked up where it arrived first. */
  private long needed(String key) throws IOException {
    return points(near).stream()
        .filter(point -> key.contains(PointKeys.time(point.at())))
        .mapToLong(point -> point.sources().get("ledger").first())
        .max()
        .orElse(0);
  }

  @Test
  void aDestinationThatIsDownDelaysNoOtherAndCatchesUp() throws Exception {
    far.unreachable();
    start();
    record.write(1000);
    await("near has a point", () -> !keys(near, "points/").isEmpty());
    await("the alarm", () -> told.stream().anyMatch(each -> each.subject().equals("far")));
    ArchivingStatus status = archive.status();
    assertThat(status.destinations().get(1).waiting()).isPositive();
    assertThat(status.destinations().get(1).failure()).isPresent();
    assertThat(status.lastPoint()).isEmpty();

    far.reachable();
    await("far has caught up", () -> archive.status().destinations().get(1).waiting() == 0);
    assertThat(keys(far, "changes/")).isEqualTo(keys(near, "changes/"));
    await(
        "the alarm is over",
        () -> archive.status().findings().stream().noneMatch(f -> f.subject().equals("far")));
  }

  @Test
  void whatTheSpoolHoldsIsShippedByTheNextProcess() throws Exception {
    far.unreachable();
    start();
    record.write(1000);
    await("near has it", () -> !keys(near, "changes/ledger/").isEmpty());
    archive.close();
    assertThat(spooled()).isNotEmpty();
    Files.write(folder.resolve("spool/ready/part-77"), new byte[10]);

    far.reachable();
    start();
    await("far has it", () -> !keys(far, "changes/ledger/").isEmpty());
    ObjectKey key = new ObjectKey("changes/ledger/stream/1-1000.cmd.zst");
    assertThat(far.objects.get(key)).isEqualTo(near.objects.get(key));
    await("the spool is empty", () -> archive.status().spoolBytes() == 0);
    assertThat(spooled()).isEmpty();
  }

  private void writeUntil(String finding) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (archive.status().findings().stream()
        .noneMatch(each -> each.message().contains(finding))) {
      assertThat(System.nanoTime()).as("waiting for " + finding).isLessThan(end);
      record.write(1);
      Thread.sleep(20);
    }
  }

  @Test
  void aFullSpoolGivesUpWhatOnlyBestEffortDestinationsWaitFor() throws Exception {
    needOfFar = Need.BEST_EFFORT;
    limit = 1500;
    far.unreachable();
    start();
    writeUntil("archived objects, as the spool was full");
    await("the ledger is archived", () -> keys(near, "changes/ledger/").size() > 10);
    assertThat(archive.mark("still").name()).contains("still");
  }

  @Test
  void aSpoolThatIsFullForARequiredDestinationStopsReceiving() throws Exception {
    limit = 2000;
    far.unreachable();
    start();
    writeUntil("nothing more is received");
    int before = keys(near, "changes/ledger/").size();
    record.write(1);
    Thread.sleep(300);
    assertThat(keys(near, "changes/ledger/").size()).isLessThanOrEqualTo(before + 1);

    far.reachable();
    record.write(1);
    archive.mark("on again");
    assertThat(keys(far, "changes/ledger/")).isEqualTo(keys(near, "changes/ledger/"));
  }

  @Test
  void whatAPieceReplacesIsRemovedOnceItIsStored() throws Exception {
    near.objects.put(new ObjectKey("changes/ledger/stream/old.1-2.cmd"), new byte[1]);
    record.replaces = Optional.of("stream/old.");
    start();
    record.write(10);
    archive.mark("point");
    await("it is gone", () -> keys(near, "changes/ledger/").size() == 1);
    assertThat(keys(near, "changes/ledger/")).containsExactly("changes/ledger/stream/1-10.cmd.zst");
  }

  @Test
  void aLargePieceIsSeveralObjects() throws Exception {
    start();
    record.write((32 << 20) + 5);
    archive.mark("large");
    assertThat(keys(near, "changes/ledger/"))
        .containsExactly(
            "changes/ledger/stream/1-33554437.cmd.000001of000002.zst",
            "changes/ledger/stream/1-33554437.cmd.000002of000002.zst");
  }

  @Test
  void aSpoolBelongsToOneProcessAndOneSystem() throws Exception {
    start();
    assertThatThrownBy(() -> Archive.start(setup("trading-engine")))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("is in use");
    archive.close();
    assertThatThrownBy(() -> Archive.start(setup("another")))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("belongs to the system 'trading-engine'");
    start();
  }

  @Test
  void aSourceThatMustNotBeFollowedIsAnAlarm() throws Exception {
    record.start =
        sink -> {
          throw new BackupException("another cluster", "take a full backup first", null);
        };
    start();
    await(
        "the alarm",
        () -> told.stream().anyMatch(each -> each.message().contains("another cluster")));
    assertThat(archive.status().sources().get(0).activity()).isEqualTo(Activity.STOPPED);
    assertThat(archive.status().sources().get(1).activity()).isEqualTo(Activity.FOLLOWING);
  }

  @Test
  void aGapMakesAFullBackupDueUntilOneWasBegun() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    record.start =
        sink -> {
          if (runs.incrementAndGet() == 1) {
            sink.fullBackupDue("0/5 is missing");
            throw new ChangeGapException("0/5 is missing");
          }
        };
    start();
    await("the gap is told", () -> archive.status().fullBackupDue().isPresent());
    await("it goes on", () -> archive.status().sources().get(0).activity() == Activity.FOLLOWING);
    assertThat(archive.status().fullBackupDue()).contains("ledger: 0/5 is missing");
    newestBackup = Optional.of(Instant.now().plusSeconds(1));
    await("the backup counts", () -> archive.status().fullBackupDue().isEmpty());
  }

  @Test
  void aClockThatWasSetBackMakesNoLaterPointAnEarlierOne() throws Exception {
    start();
    RecoveryPoint before = archive.mark("before");
    archive.close();
    clock = Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));
    start();
    RecoveryPoint after = archive.mark("after");
    assertThat(after.at()).isAfter(before.at()).isBefore(before.at().plusSeconds(5));
    assertThat(archive.status().findings()).anyMatch(each -> each.subject().equals("clock"));
  }

  @Test
  void aSourceThatDoesNotSayWhereItStandsHoldsPointsUpAndIsAnAlarm() throws Exception {
    derived.samplerFailure = new IOException("connection refused");
    start();
    await(
        "the alarm",
        () -> told.stream().anyMatch(each -> each.message().contains("connection refused")));
    assertThatThrownBy(() -> archive.mark("now"))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("a source does not answer");
    derived.samplerFailure = null;
    assertThat(archive.mark("now").name()).contains("now");
  }

  /** How points' times stand in keys. */
  private static final class PointKeys {
    static String time(Instant at) {
      return DateTimeFormatter.ofPattern("uuuuMMdd-HHmmssSSS").withZone(ZoneOffset.UTC).format(at);
    }
  }
}
