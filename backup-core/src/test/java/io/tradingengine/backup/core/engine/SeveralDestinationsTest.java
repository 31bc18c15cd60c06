package io.tradingengine.backup.core.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.ReplicationReport;
import io.tradingengine.backup.ReplicationRequest;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.Retention;
import io.tradingengine.backup.core.catalog.Catalog;
import io.tradingengine.backup.core.catalog.Notes;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.core.support.NoThreadLeft;
import io.tradingengine.backup.spi.DestinationOptions;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whole backups, restores, replications and expiries over destinations that fail to order. */
@ExtendWith(NoThreadLeft.class)
@Timeout(value = 120)
class SeveralDestinationsTest {
  @TempDir private Path folder;

  private final MemoryDestination disk = new MemoryDestination("disk", Proximity.HOST);
  private final MemoryDestination cloud = new MemoryDestination("cloud", Proximity.NETWORK);
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private TestSystem system;
  private BackupConfig config;
  private Encryptor encryptor;
  private Targets targets;

  private final class TestClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now.get();
    }
  }

  @BeforeEach
  void fill() throws IOException {
    system = new TestSystem(folder).fill(4);
    config = system.files().clock(new TestClock()).build();
    encryptor = Components.encryptor(config);
    targets = targets(Map.of(), Map.of());
  }

  private Targets targets(Map<String, Object> ofDisk, Map<String, Object> ofCloud) {
    return new Targets(List.of(target(disk, ofDisk), target(cloud, ofCloud)));
  }

  private Target target(MemoryDestination destination, Map<String, Object> options) {
    return new Target(
        destination,
        DestinationOptions.of(Settings.of("memory", options)),
        new Catalog(destination, encryptor, config.name()));
  }

  private static Map<String, Object> bestEffort() {
    return Map.of("need", "best-effort", "catch-up", "200ms");
  }

  private BackupMetadata backUp() throws InterruptedException {
    return new BackupRun(config, encryptor, targets).execute(BackupKind.FULL);
  }

  private BackupMetadata backUp(Participant... participants) throws InterruptedException {
    return new BackupRun(config, encryptor, targets)
        .execute(BackupKind.FULL, List.of(participants));
  }

  private ReplicationReport replicate(ReplicationRequest request) throws InterruptedException {
    return new Replication(config, targets).execute(request);
  }

  private RestorePlan plan(RestoreRequest request) throws Exception {
    return new RestorePlanner(config, 2).plan(request, open(request));
  }

  private RestoreFrom open(RestoreRequest request) throws IOException {
    StoredBackups stored = new StoredBackups(config.name(), targets);
    List<Finding> findings = new ArrayList<>();
    StoredBackups.StoredBackup backup =
        request.backupId().map(stored::whole).orElseGet(() -> stored.newest(findings));
    return new RestoreFrom(
        new OpenBackup(backup, findings, encryptor, Components.volumeOptions(config, 2)),
        Replays.none(),
        new LogObjects(targets.nearestFirst(), encryptor));
  }

  private RestoreReport restore() throws Exception {
    Path into = folder.resolve("restored-" + System.nanoTime());
    RestoreRequest request = RestoreRequest.latest().into(into);
    try (RestoreFrom backup = open(request)) {
      RestorePlanner planner = new RestorePlanner(config, 2);
      RestorePlan plan = planner.plan(request, backup);
      RestoreReport report =
          new RestoreRun(planner, backup, new EventSink(List.of()), config.clock()).execute(plan);
      assertRestored(into);
      return report;
    }
  }

  private void assertRestored(Path into) throws IOException {
    try (var found = Files.walk(into)) {
      Path state =
          found.filter(each -> each.endsWith("positions-0")).findFirst().orElseThrow().getParent();
      assertThat(TestSystem.contents(state)).isEqualTo(TestSystem.contents(system.state));
    }
  }

  private static List<String> dataKeys(MemoryDestination destination) {
    return destination.objects.keySet().stream()
        .map(ObjectKey::value)
        .filter(key -> key.startsWith("full-") && !key.endsWith("run.json"))
        .toList();
  }

  private void assertSame() {
    assertThat(dataKeys(cloud)).isEqualTo(dataKeys(disk)).isNotEmpty();
    for (String key : dataKeys(disk)) {
      assertThat(cloud.objects.get(new ObjectKey(key)))
          .as(key)
          .isEqualTo(disk.objects.get(new ObjectKey(key)));
    }
  }

  @Test
  void allDestinationsGetTheSameObjectsAndTheOutcomeSaysWhere() throws Exception {
    BackupMetadata backup = backUp();
    assertSame();
    assertThat(backup.destinations()).containsExactly("disk", "cloud");
    assertThat(backup.degraded()).isFalse();
    assertThat(new StoredBackups(config.name(), targets).show(backup.backupId()).destinations())
        .containsExactly("disk", "cloud");
    assertThat(new StoredBackups(config.name(), targets).find(backup.backupId()))
        .satisfies(manifest -> assertThat(manifest.destinations()).contains("disk", "cloud"));
    assertThat(disk.holder.get()).isNull();
    assertThat(cloud.holder.get()).isNull();
  }

  @Test
  void aBestEffortDestinationThatIsGoneDegradesTheBackupAndReplicationBringsItLater()
      throws Exception {
    targets = targets(Map.of(), bestEffort());
    backUp();
    cloud.unreachable();
    now.set(now.get().plusSeconds(60));
    BackupMetadata second = backUp();
    assertThat(second.degraded()).isTrue();
    assertThat(second.destinations()).containsExactly("disk");
    assertThat(second.findings()).anyMatch(each -> each.subject().equals("cloud"));

    cloud.reachable();
    ReplicationReport report = replicate(ReplicationRequest.all());
    assertThat(report.complete()).isTrue();
    assertThat(report.destinations().get(0).copied()).isZero();
    assertThat(report.destinations().get(1).backups()).containsExactly(second.backupId());
    assertThat(report.destinations().get(1).copied()).isPositive();
    assertSame();
    assertThat(replicate(ReplicationRequest.all()).destinations())
        .allMatch(each -> each.copied() == 0 && each.healed() == 0 && each.backups().isEmpty());
  }

  @Test
  void aRequiredDestinationThatIsGoneFailsLoudlyAndWhatThereIsRestores() throws Exception {
    backUp();
    cloud.unreachable();
    now.set(now.get().plusSeconds(60));
    assertThatThrownBy(this::backUp)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("only in disk")
        .hasMessageContaining("cloud is unreachable")
        .hasMessageContaining("replicate");
    restore();
  }

  @Test
  void aDestinationThatFillsUpMidwayIsLeftAndTheOtherHasTheBackup() throws Exception {
    backUp();
    now.set(now.get().plusSeconds(60));
    disk.fault =
        (operation, key) -> {
          if (operation.equals("put") && key.endsWith("files-000003.tar.zst.gpg")) {
            throw new IOException("No space left on device");
          }
        };
    assertThatThrownBy(this::backUp)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("only in cloud")
        .hasMessageContaining("No space left");
    // A full disk of this host is not left with half a backup.
    assertThat(disk.folders("")).hasSize(1);
    disk.reachable();
    restore();
    assertThat(replicate(ReplicationRequest.all()).complete()).isTrue();
    assertSame();
  }

  @Test
  void whereEveryDestinationFailsNothingIsLeftBehind() throws Exception {
    backUp();
    List<String> before = dataKeys(disk);
    now.set(now.get().plusSeconds(60));
    MemoryDestination.Fault full =
        (operation, key) -> {
          if (operation.equals("put") && key.contains("files-000003")) {
            throw new IOException("No space left on device");
          }
        };
    disk.fault = full;
    cloud.fault = full;
    assertThatThrownBy(this::backUp)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("No space left");
    assertThat(dataKeys(disk)).isEqualTo(before);
    assertThat(dataKeys(cloud)).isEqualTo(before);
  }

  @Test
  void aBackupRestoresFromTheOtherDestinationWhenTheNearestIsLost() throws Exception {
    backUp();
    disk.objects.clear();
    RestoreReport report = restore();
    assertThat(report.findings()).noneMatch(each -> each.severity() == Finding.Severity.ERROR);
    disk.unreachable();
    assertThat(restore().findings())
        .anyMatch(each -> each.subject().equals("disk") && each.message().contains("unreachable"));
  }

  @Test
  void eachObjectFallsOverByItself() throws Exception {
    backUp();
    List<String> volumes = dataKeys(disk).stream().filter(key -> key.contains("/state/")).toList();
    assertThat(volumes).hasSizeGreaterThanOrEqualTo(4);
    flip(disk, volumes.get(0));
    disk.delete(new ObjectKey(volumes.get(1)));
    flip(cloud, volumes.get(2));
    cloud.delete(new ObjectKey(volumes.get(3)));

    RestoreReport report = restore();

    assertThat(report.findings())
        .anyMatch(each -> each.subject().equals("disk") && each.message().contains("whole"));
    assertThat(cloud.reads.get()).isPositive();
  }

  @Test
  void whatIsWholeNowhereIsNamedByThePlan() throws Exception {
    backUp();
    String volume =
        dataKeys(disk).stream().filter(key -> key.contains("/state/")).findFirst().orElseThrow();
    disk.delete(new ObjectKey(volume));
    cloud.objects.put(new ObjectKey(volume), new byte[] {1});
    RestorePlan plan = plan(RestoreRequest.latest().into(folder.resolve("x")));
    assertThat(plan.obstacles()).anyMatch(each -> each.subject().equals(volume));
  }

  @Test
  void replicationHealsEitherDestinationFromTheOther() throws Exception {
    backUp();
    List<String> volumes = dataKeys(disk).stream().filter(key -> key.contains("/state/")).toList();
    flip(disk, volumes.get(0));
    flip(cloud, volumes.get(1));
    cloud.objects.put(new ObjectKey(volumes.get(2)), new byte[] {1, 2, 3});
    cloud.delete(new ObjectKey(volumes.get(3)));
    // By its listing, only the last two can be seen.
    ReplicationReport listing = replicate(ReplicationRequest.all());
    assertThat(listing.complete()).isTrue();
    assertThat(listing.destinations().get(1).healed()).isEqualTo(1);
    assertThat(listing.destinations().get(1).copied()).isEqualTo(1);
    assertThat(listing.destinations().get(0).healed()).isZero();

    ReplicationReport bytes = replicate(ReplicationRequest.all().checkingBytes());
    assertThat(bytes.complete()).isTrue();
    assertThat(bytes.destinations().get(0).healed()).isEqualTo(1);
    assertThat(bytes.destinations().get(1).healed()).isEqualTo(1);
    assertSame();
    restore();
  }

  @Test
  void aDamagedManifestIsReplacedByTheRightOne() throws Exception {
    BackupMetadata first = backUp();
    now.set(now.get().plusSeconds(60));
    backUp();
    ObjectKey manifest = RepositoryLayout.manifest(first.backupId());
    byte[] right = disk.objects.get(manifest);
    flip(disk, manifest.value());
    assertThat(replicate(ReplicationRequest.all()).complete()).isTrue();
    assertThat(disk.objects.get(manifest)).isEqualTo(right);

    // One that still reads well, with another version: the next manifest tells which is right.
    String changed = new String(right, UTF_8);
    cloud.objects.put(
        manifest, changed.replace(first.toolVersion(), "9" + first.toolVersion()).getBytes(UTF_8));
    assertThat(replicate(ReplicationRequest.all()).complete()).isTrue();
    assertThat(cloud.objects.get(manifest)).isEqualTo(right);
  }

  @Test
  void whatIsDamagedEverywhereIsToldAndNeverCopied() throws Exception {
    backUp();
    String volume =
        dataKeys(disk).stream().filter(key -> key.contains("/state/")).findFirst().orElseThrow();
    flip(disk, volume);
    flip(cloud, volume);
    byte[] before = cloud.objects.get(new ObjectKey(volume));
    ReplicationReport report = replicate(ReplicationRequest.all().checkingBytes());
    assertThat(report.complete()).isFalse();
    assertThat(report.destinations())
        .allMatch(each -> each.findings().stream().anyMatch(f -> f.message().contains(volume)));
    assertThat(cloud.objects.get(new ObjectKey(volume))).isEqualTo(before);
  }

  @Test
  void aCopyThatIsDamagedIsPassedOverForOneThatIsWhole() throws Exception {
    backUp();
    String volume =
        dataKeys(disk).stream().filter(key -> key.contains("/state/")).findFirst().orElseThrow();
    flip(disk, volume);
    MemoryDestination fresh = new MemoryDestination("fresh", Proximity.REMOTE);
    targets =
        new Targets(
            List.of(target(disk, Map.of()), target(cloud, Map.of()), target(fresh, Map.of())));
    ReplicationReport report = replicate(ReplicationRequest.all());
    assertThat(report.complete()).isTrue();
    assertThat(dataKeys(fresh)).isEqualTo(dataKeys(cloud));
    assertThat(fresh.objects.get(new ObjectKey(volume)))
        .isEqualTo(cloud.objects.get(new ObjectKey(volume)));
  }

  @Test
  void whatOneDestinationCannotDoStopsNoOtherFromExpiring() throws Exception {
    config = system.files().clock(new TestClock()).retention(Retention.daily(1).minimum(1)).build();
    targets = targets(Map.of(), Map.of());
    for (int day = 0; day < 3; day++) {
      now.set(now.get().plus(Duration.ofDays(1)));
      backUp();
    }
    cloud.unreachable();
    Expiry expiry = new Expiry(config, targets);
    ExpiryReport report = expiry.execute(expiry.plan());
    assertThat(report.destinations().get(0).expired()).hasSize(2);
    assertThat(report.destinations().get(1).findings())
        .anyMatch(each -> each.message().contains("unreachable"));
  }

  @Test
  void aReplicationThatBreaksOffGoesOnFromThere() throws Exception {
    targets = targets(Map.of(), bestEffort());
    backUp();
    cloud.unreachable();
    now.set(now.get().plusSeconds(60));
    backUp();
    AtomicReference<Integer> left = new AtomicReference<>(3);
    cloud.fault =
        (operation, key) -> {
          if (operation.equals("put") && left.getAndUpdate(n -> n - 1) <= 0) {
            throw new IOException("connection reset");
          }
        };
    ReplicationReport broken = replicate(ReplicationRequest.all());
    assertThat(broken.complete()).isFalse();
    assertThat(cloud.folders("")).hasSize(2);
    assertThat(new Catalog(cloud, encryptor, config.name()).ids()).hasSize(1);
    cloud.reachable();
    int puts = cloud.puts.get();
    assertThat(replicate(ReplicationRequest.all()).complete()).isTrue();
    assertThat(cloud.puts.get() - puts).isLessThan(dataKeys(disk).size() / 2);
    assertSame();
  }

  @Test
  void anUnfinishedCopyOfABackupThatIsWholeElsewhereIsNoLeftOver() throws Exception {
    targets = targets(Map.of(), bestEffort());
    backUp();
    AtomicInteger allowed = new AtomicInteger(3);
    cloud.fault = (operation, key) -> stuckAfter(allowed, operation);
    now.set(now.get().plusSeconds(60));
    BackupMetadata slow = backUp();
    assertThat(slow.destinations()).containsExactly("disk");
    assertThat(slow.findings()).anyMatch(each -> each.message().contains("still to come"));
    long begun = dataKeys(cloud).stream().filter(k -> k.startsWith(slow.backupId() + "/")).count();
    assertThat(begun).isPositive();
    cloud.reachable();
    now.set(now.get().plusSeconds(60));
    backUp();
    assertThat(dataKeys(cloud).stream().filter(k -> k.startsWith(slow.backupId() + "/")).count())
        .isEqualTo(begun);
    assertThat(replicate(ReplicationRequest.all()).complete()).isTrue();
    assertSame();
  }

  private static void stuckAfter(AtomicInteger allowed, String operation) throws IOException {
    if (operation.equals("put") && allowed.getAndDecrement() <= 0) {
      try {
        TimeUnit.MINUTES.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }
  }

  @Test
  void onlyOneRunIsAtWork() throws Exception {
    try (Lease held = cloud.lock("somebody")) {
      assertThatThrownBy(this::backUp).isInstanceOf(RepositoryLockedException.class);
      assertThat(held).isNotNull();
      assertThat(disk.holder.get()).isNull();
    }
    backUp();
  }

  @Test
  void aRunThatLostItsLeasePublishesNothingAndHarmsNobody() throws Exception {
    disk.strength = Lease.Strength.EXPIRING;
    cloud.strength = Lease.Strength.EXPIRING;
    CountDownLatch captured = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicReference<Throwable> outcome = new AtomicReference<>();
    Thread paused =
        new Thread(
            () -> {
              try {
                backUp(pausing(captured, goOn));
              } catch (Throwable e) {
                outcome.set(e);
              }
            });
    paused.start();
    assertThat(captured.await(30, TimeUnit.SECONDS)).isTrue();
    // Its leases have run out meanwhile, and another host has begun and finished.
    disk.holder.set(null);
    cloud.holder.set(null);
    now.set(now.get().plusSeconds(60));
    BackupMetadata other = backUp();
    // Its objects are too young to be taken for left-overs.
    assertThat(disk.folders("")).hasSize(2);
    goOn.countDown();
    paused.join();
    assertThat(outcome.get()).isInstanceOf(LeaseLostException.class);
    assertThat(new Catalog(disk, encryptor, config.name()).ids()).containsExactly(other.backupId());
    assertSame();
    restore();
  }

  @Test
  void whatALostRunHasLeftIsRemovedADayLater() throws Exception {
    disk.strength = Lease.Strength.EXPIRING;
    cloud.strength = Lease.Strength.EXPIRING;
    backUp();
    ObjectKey left = new ObjectKey("full-20200101-000000/state/files-000001.tar.zst.gpg");
    disk.objects.put(left, new byte[10]);
    disk.times.put(left, now.get().minus(Duration.ofHours(23)));
    now.set(now.get().plusSeconds(60));
    backUp();
    assertThat(disk.objects).containsKey(left);
    disk.times.put(left, now.get().minus(Duration.ofHours(25)));
    now.set(now.get().plusSeconds(60));
    backUp();
    assertThat(disk.objects).doesNotContainKey(left);
  }

  private static Participant pausing(CountDownLatch captured, CountDownLatch goOn) {
    return ScriptedSource.atStart(
            "state",
            out -> {
              ScriptedSource.write(out, "data", 100).finish();
              captured.countDown();
              goOn.await();
              return ScriptedSource.asOf("2024-01-15T02:00:00Z");
            })
        .required();
  }

  @Test
  void retentionIsEachDestinationsOwn() throws Exception {
    config = system.files().clock(new TestClock()).retention(Retention.daily(2).minimum(1)).build();
    targets = targets(Map.of(), Map.of("retention", Retention.daily(2).weekly(4).minimum(1)));
    List<BackupId> ids = new ArrayList<>();
    for (int day = 0; day < 20; day++) {
      now.set(now.get().plus(Duration.ofDays(1)));
      ids.add(backUp().backupId());
    }
    new Pins(targets, config.clock()).pin(ids.get(0), "audit");
    Expiry expiry = new Expiry(config, targets);
    ExpiryPlan plan = expiry.plan();
    assertThat(dataKeys(disk).stream().map(k -> k.substring(0, 20)).distinct()).hasSize(20);
    ExpiryReport report = expiry.execute(plan);
    assertThat(report.destinations()).allMatch(each -> each.findings().isEmpty());
    List<BackupId> onDisk = new Catalog(disk, encryptor, config.name()).ids();
    List<BackupId> inCloud = new Catalog(cloud, encryptor, config.name()).ids();
    assertThat(onDisk).containsExactly(ids.get(0), ids.get(18), ids.get(19));
    assertThat(inCloud).hasSizeBetween(5, 7).containsAll(onDisk);
    assertThat(expiry.plan().isEmpty()).isTrue();

    // What the disk's policy has removed is not brought back.
    assertThat(replicate(ReplicationRequest.all()).complete()).isTrue();
    assertThat(new Catalog(disk, encryptor, config.name()).ids()).isEqualTo(onDisk);

    new Pins(targets, config.clock()).unpin(ids.get(0));
    expiry.execute(expiry.plan());
    assertThat(new Catalog(disk, encryptor, config.name()).ids())
        .containsExactly(ids.get(18), ids.get(19));
    restore();
  }

  @Test
  void whatIsRestoredIsProvenAndWhatIsReadIsHeld() throws Exception {
    BackupMetadata backup = backUp();
    restore();
    assertThat(new Notes(disk).read().proven()).containsKey(backup.backupId());
    // Nothing was read from there, so nothing is known of that copy.
    assertThat(new Notes(cloud).read().proven()).isEmpty();
    disk.unreachable();
    restore();
    disk.reachable();
    assertThat(new Notes(cloud).read().proven()).containsKey(backup.backupId());
    assertThat(new Notes(disk).read().holds(now.get())).isEmpty();
    try (ReadNotes notes = ReadNotes.hold(backup.backupId(), targets.all(), config.clock())) {
      assertThat(notes.findings()).isEmpty();
      assertThat(new Notes(disk).read().holds(now.get())).containsExactly(backup.backupId());
    }
  }

  @Test
  void aRepositoryThatMayOnlyBeReadIsRestoredFrom() throws Exception {
    backUp();
    MemoryDestination.Fault readOnly =
        (operation, key) -> {
          if (operation.equals("put") || operation.equals("delete")) {
            throw new AccessDeniedException(key, null, "read-only");
          }
        };
    disk.fault = readOnly;
    cloud.fault = readOnly;
    assertThat(restore().findings())
        .allMatch(each -> each.severity() == Finding.Severity.INFO)
        .anyMatch(each -> each.message().contains("takes no notes"));
  }

  @Test
  void aFirstBackupIsNotBegunWhileADestinationThatMayHoldTheRepositoryIsGone() throws Exception {
    cloud.unreachable();
    assertThatThrownBy(this::backUp)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("cannot be told")
        .hasMessageContaining("cloud is unreachable");
    assertThat(disk.objects).isEmpty();
  }

  private static void flip(MemoryDestination destination, String key) {
    byte[] bytes = destination.objects.get(new ObjectKey(key)).clone();
    bytes[bytes.length / 2] ^= 4;
    destination.objects.put(new ObjectKey(key), bytes);
  }
}
