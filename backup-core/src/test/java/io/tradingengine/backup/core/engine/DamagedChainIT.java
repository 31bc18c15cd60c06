package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IncrementalOptions;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.Retention;
import io.tradingengine.backup.core.support.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains of which something is missing, damaged, of another chain, or not whole yet. */
class DamagedChainIT {
  private static final int KILLS = 4;

  @TempDir Path folder;

  /** Whatever is wrong with any link is known before anything is written. */
  @Test
  void damageOfAnyLinkIsFoundByThePlan() throws Exception {
    TestChain chain = new TestChain(folder);
    List<BackupId> links = new ArrayList<>();
    try (PgServer server = PgServer.of(15).setting("autovacuum", "off").start()) {
      server.execute(
          "CREATE TABLE t AS SELECT g AS id, md5(g::text) AS note FROM generate_series(1, 9000) g",
          "CHECKPOINT");
      links.add(chain.full(server).backupId());
      for (int i = 0; i < 2; i++) {
        server.execute("UPDATE t SET note = 'x' WHERE id BETWEEN " + i * 500 + " AND " + i * 600);
        BackupMetadata link = chain.next(server);
        TestChain.assertWay(link, "page-lsn");
        links.add(link.backupId());
      }
    }
    assertThat(objects(chain.system, links.get(1)))
        .anyMatch(each -> each.toString().contains("blocks"));
    for (BackupId link : links) {
      for (Path object : objects(chain.system, link)) {
        assertFound(chain, links.get(2), object);
      }
    }
    swapManifests(chain.system, links.get(0), links.get(1));
    assertThat(found(chain.system, links.get(2))).contains(links.get(1).toString());
    swapManifests(chain.system, links.get(0), links.get(1));
    chain.assertRestores(links.get(2), 15);
  }

  private static void swapManifests(TestSystem system, BackupId one, BackupId other)
      throws IOException {
    Path first = system.repository.resolve(one + "/manifest.json");
    Path second = system.repository.resolve(other + "/manifest.json");
    byte[] bytes = Files.readAllBytes(first);
    Files.copy(second, first, StandardCopyOption.REPLACE_EXISTING);
    Files.write(second, bytes);
  }

  /** Its index and manifest, and of each artifact the first volume. */
  private static List<Path> objects(TestSystem system, BackupId link) throws IOException {
    Path root = system.repository.resolve(link.toString());
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("run.json")) // who is at work is of no use afterwards
          .filter(file -> file.getParent().equals(root) || file.toString().contains("-000001."))
          .sorted()
          .toList();
    }
  }

  private void assertFound(TestChain chain, BackupId last, Path object) throws IOException {
    byte[] whole = Files.readAllBytes(object);
    byte[] flipped = whole.clone();
    flipped[whole.length / 2] ^= 1;
    String name =
        object.endsWith("manifest.json")
            ? object.getParent().getFileName().toString()
            : chain.system.repository.relativize(object).toString();
    Files.delete(object);
    assertThat(found(chain.system, last)).as("missing").contains(name);
    Files.write(object, Arrays.copyOf(whole, whole.length / 2));
    assertThat(found(chain.system, last)).as("cut short").contains(name);
    Files.write(object, flipped);
    assertThat(found(chain.system, last)).as("changed").contains(name);
    Files.write(object, whole);
  }

  /** What a plan finds; empty if nothing. */
  private String found(TestSystem system, BackupId last) {
    Path into = folder.resolve("never");
    BackupConfig config =
        system.files().source(io.tradingengine.backup.Postgres.at("localhost", 1)).build();
    try (RestoreManager manager = RestoreManager.create(config)) {
      RestorePlan plan = manager.plan(RestoreRequest.of(last).into(into));
      return plan.obstacles().stream().map(Finding::toString).reduce("", (a, b) -> a + b);
    } catch (BackupException e) {
      return e.toString();
    } finally {
      assertThat(into).doesNotExist();
    }
  }

  /** Both chains are of one server, and have the same names and keys. */
  @Test
  void twoChainsDoNotMix() throws Exception {
    TestChain one = new TestChain(Files.createDirectory(folder.resolve("one")));
    Path beside = Files.createDirectory(folder.resolve("other"));
    Files.copy(one.system.publicKey, beside.resolve(one.system.publicKey.getFileName()));
    Files.copy(one.system.secretKey, beside.resolve(one.system.secretKey.getFileName()));
    TestChain other = new TestChain(beside, TestSystem.existing(beside));
    try (PgServer server = PgServer.of(15).setting("autovacuum", "off").start()) {
      server.execute("CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 9000) g");
      one.full(server);
      other.full(server);
      server.execute("UPDATE t SET id = 0 WHERE id = 1");
      BackupMetadata own = one.next(server);
      Thread.sleep(2100); // an id may be a second ahead of the clock, and these must not be equal
      server.execute("UPDATE t SET id = 0 WHERE id = 5000");
      BackupMetadata foreign = other.next(server);
      TestChain.assertWay(own, "page-lsn");
      TestChain.assertWay(foreign, "page-lsn");

      // A link that was brought from the other chain: what it builds on is not here.
      Path brought = one.system.repository.resolve(foreign.backupId().toString());
      Memory.delete(brought);
      copy(other.system.repository.resolve(foreign.backupId().toString()), brought);
      assertThat(found(one.system, foreign.backupId())).contains("belongs to another repository");
      BackupMetadata next = one.next(server);
      assertThat(next.parent()).contains(own.backupId());
      one.assertRestores(next.backupId(), 15);

      // The parent itself is replaced by the other chain's, under the name of its own.
      BackupId root = own.parent().orElseThrow();
      BackupId strange = foreign.parent().orElseThrow();
      Path place = one.system.repository.resolve(root.toString());
      Path kept = one.system.root.resolve("kept");
      copy(place, kept);
      Memory.delete(place);
      copy(other.system.repository.resolve(strange.toString()), place);
      assertThat(found(one.system, next.backupId())).contains(root + "/manifest.json");
      // Only its manifest is.
      Memory.delete(place);
      copy(kept, place);
      Files.copy(
          other.system.repository.resolve(strange + "/manifest.json"),
          place.resolve("manifest.json"),
          StandardCopyOption.REPLACE_EXISTING);
      assertThat(found(one.system, next.backupId())).contains(root + "/manifest.json");
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Rules that hold for every source. */
  @Test
  void whatAnIncrementalBackupBuildsOn() throws Exception {
    TestSystem system = new TestSystem(folder).fill(2);
    BackupMetadata first = increment(system.files());
    TestChain.assertFull(first, "there is no backup yet to build on");
    BackupMetadata second = increment(system.files());
    assertThat(second.parent()).contains(first.backupId());
    IncrementalOptions daily = IncrementalOptions.defaults().fullEvery(Duration.ofDays(1));
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(2));

    TestChain.assertFull(
        increment(system.files().incremental(daily).clock(later)), "is older than 1 days");
  }

  @Test
  void theNewestBackupIsDamaged() throws Exception {
    TestSystem system = new TestSystem(folder).fill(2);
    BackupMetadata first = increment(system.files());
    Files.writeString(system.state.resolve("more"), "more");
    BackupMetadata second = increment(system.files());
    Path volume = volume(system, second.backupId());
    Files.delete(volume);
    BackupMetadata third = increment(system.files());
    assertThat(third.parent()).contains(first.backupId());
    assertThat(third.findings())
        .anySatisfy(
            each -> {
              assertThat(each.severity()).isEqualTo(Finding.Severity.WARNING);
              assertThat(each.message()).contains("so this backup builds on " + first.backupId());
            });

    Files.delete(volume(system, first.backupId()));
    Set<Path> before = new HashSet<>(system.objects());
    IncrementalOptions strict =
        IncrementalOptions.defaults().otherwise(IncrementalOptions.Otherwise.REFUSE);
    assertThatThrownBy(() -> increment(system.files().incremental(strict)))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("No incremental backup was taken")
        .hasMessageContaining("builds on " + first.backupId());
    assertThat(new HashSet<>(system.objects())).isEqualTo(before);
    TestChain.assertFull(increment(system.files()), "builds on " + first.backupId());
  }

  private static Path volume(TestSystem system, BackupId id) throws IOException {
    return system.objects().stream()
        .filter(path -> path.startsWith(system.repository.resolve(id.toString())))
        .filter(path -> path.toString().contains("state"))
        .findFirst()
        .orElseThrow();
  }

  /** Chains of five days under a policy that keeps as little as it can. */
  @Test
  void noParentOfABackupThatIsKeptExpires() throws Exception {
    TestSystem system = new TestSystem(folder).fill(1);
    for (int day = 0; day < 16; day++) {
      Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofDays(day).minusDays(16));
      Files.writeString(system.state.resolve("day"), "day " + day);
      BackupConfig config =
          system
              .files()
              .incremental(IncrementalOptions.defaults().fullEvery(Duration.ofDays(5)))
              .retention(Retention.daily(2).minimum(1))
              .clock(clock)
              .build();
      try (BackupManager manager = BackupManager.create(config)) {
        manager.createIncrementalBackup();
        manager.expire(manager.planExpiry());
        Set<BackupId> ids = new HashSet<>();
        List<BackupMetadata> all = manager.list();
        all.forEach(each -> ids.add(each.backupId()));
        assertThat(all).allMatch(each -> each.parent().map(ids::contains).orElse(true));
        assertThat(all.size()).isBetween(1, 14);
        BackupMetadata oldest =
            all.stream().min(Comparator.comparing(BackupMetadata::startedAt)).orElseThrow();
        assertThat(found(system, oldest.backupId())).isEmpty();
      }
    }
  }

  /** A process that is killed in the middle of an incremental backup. */
  @Test
  void killedIncrementsLeaveAllOthersWhole() throws Exception {
    TestSystem system = new TestSystem(folder).fill(3);
    TestChain chain = new TestChain(folder, system);
    try (PgServer server = PgServer.of(15).setting("autovacuum", "off").start()) {
      server.execute("CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 20000) g");
      chain.full(server);
      for (int i = 0; i < KILLS; i++) {
        Process process =
            KilledBackupIT.fork(Loop.class, folder.toString(), Integer.toString(server.port()));
        try {
          assertThat(process.getInputStream().read()).isEqualTo('.');
          assertThat(process.waitFor(300 + 600L * i, TimeUnit.MILLISECONDS)).isFalse();
        } finally {
          process.destroyForcibly().waitFor();
        }
      }
      server.execute("UPDATE t SET id = 0 WHERE id % 1000 = 0");
      TestChain.assertWay(chain.next(server), "page-lsn");
    }
    try (RestoreManager manager = IncrementalBackupIT.restores(system)) {
      for (BackupMetadata each : manager.list()) {
        assertThat(found(system, each.backupId())).isEmpty();
      }
      try (Stream<Path> folders = Files.list(system.repository)) {
        assertThat(folders.map(path -> path.getFileName().toString()))
            .filteredOn(name -> name.startsWith("full-") || name.startsWith("incremental-"))
            .as("what was not finished is gone")
            .hasSameSizeAs(manager.list());
      }
    }
    chain.assertAllRestore(15);
  }

  private static BackupMetadata increment(BackupConfig.Builder config) {
    try (BackupManager manager = BackupManager.create(config.build())) {
      return manager.createIncrementalBackup();
    }
  }

  /** Takes one incremental backup after the other until it is killed. */
  static final class Loop {
    private Loop() {}

    public static void main(String[] args) {
      TestSystem system = TestSystem.existing(Path.of(args[0]));
      BackupConfig config =
          system
              .base()
              .source(
                  io.tradingengine.backup.Postgres.at("127.0.0.1", Integer.parseInt(args[1]))
                      .user(PgServer.USER)
                      .password(io.tradingengine.backup.Secret.of(PgServer.PASSWORD)))
              .build();
      try (BackupManager manager = BackupManager.create(config)) {
        System.out.print('.');
        System.out.flush();
        while (true) {
          manager.createIncrementalBackup();
        }
      }
    }
  }
}
