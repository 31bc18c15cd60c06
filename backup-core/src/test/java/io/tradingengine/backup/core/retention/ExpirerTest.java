package io.tradingengine.backup.core.retention;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.ExpiryReport.DestinationOutcome;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.Retention;
import io.tradingengine.backup.core.catalog.Notes;
import io.tradingengine.backup.core.destination.LocalDestinationProvider;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Settings;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpirerTest {
  private static final BackupId FULL = BackupId.parse("full-20240101-020000");
  private static final BackupId CHILD = BackupId.parse("full-20240101-060000");
  private static final BackupId GRANDCHILD = BackupId.parse("full-20240101-100000");
  private static final BackupId OTHER = BackupId.parse("full-20240102-020000");
  private static final BackupId NEWEST = BackupId.parse("full-20240110-020000");
  private static final Map<BackupId, BackupId> PARENTS = Map.of(CHILD, FULL, GRANDCHILD, CHILD);
  private static final List<String> PARTS =
      List.of("manifest.json", "manifest.json.asc", "index.json.zst", "db/base-000001.tar.zst");
  private static final String OLD_WAL = Samples.segment("1", 1, 1);
  private static final String NEEDED_WAL = Samples.segment("1", 1, 50);
  private static final Instant NOW = Instant.parse("2024-01-10T03:00:00Z");

  @TempDir Path directory;
  private FaultyDestination destination;
  private Notes notes;
  private int confirmations;

  @BeforeEach
  void fill() throws IOException {
    Path root = directory.resolve("repository");
    Destination local = open(root);
    for (BackupId id : List.of(FULL, CHILD, GRANDCHILD, OTHER, NEWEST)) {
      for (String part : PARTS) {
        put(local, id + "/" + part);
      }
    }
    put(local, OLD_WAL);
    put(local, NEEDED_WAL);
    put(local, "wal/postgres/1/00000001.history");
    put(local, "repository.json");
    put(local, "somebody-elses/file");
    Notes some = new Notes(local);
    some.prove(FULL, "drill", NOW.minusSeconds(200));
    some.prove(NEWEST, "drill", NOW.minusSeconds(100));
    copyTree(root, directory.resolve("template"));
    use(local);
  }

  private static Destination open(Path root) {
    return new LocalDestinationProvider().open(Settings.of("local").with("path", root));
  }

  private void use(Destination local) {
    notes = new Notes(local);
    destination = new FaultyDestination(local);
  }

  /** Another repository with the same content. */
  private void fill(String name) throws IOException {
    Path root = directory.resolve(name);
    copyTree(directory.resolve("template"), root);
    use(open(root));
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each)));
      }
    }
  }

  private static void put(Destination local, String key) throws IOException {
    local.put(new ObjectKey(key), Content.of(key.getBytes(UTF_8)));
  }

  private List<String> keys(String prefix) throws IOException {
    return destination.list(prefix).stream().map(each -> each.key().value()).toList();
  }

  private boolean isPublished(BackupId id) throws IOException {
    return !keys(id + "/manifest.json").isEmpty()
        && keys(id + "/manifest.json").contains(id + "/manifest.json");
  }

  private RetentionPlan plan() throws IOException {
    List<KnownBackup> backups = new ArrayList<>();
    for (BackupId id : List.of(FULL, CHILD, GRANDCHILD, OTHER, NEWEST)) {
      if (isPublished(id)) {
        long segment = id.equals(NEWEST) ? 50 : 2;
        Instant at = id.instant();
        Optional<BackupId> parent = Optional.ofNullable(PARENTS.get(id));
        List<Position> positions = List.of(Samples.wal("1", 1, segment, segment));
        backups.add(new KnownBackup(id, at, at, parent, 100, true, positions));
      }
    }
    History history =
        new History(destination.name(), backups, notes.read(), Set.of(), destination.list("wal/"));
    return new RetentionPlanner(Retention.daily(1).minimum(1), ZoneOffset.UTC).plan(history, NOW);
  }

  private DestinationOutcome expire(RetentionPlan plan) throws IOException {
    return new Expirer(destination, () -> confirmations++).execute(plan);
  }

  private void assertNothingListedIsHalf() throws IOException {
    for (BackupId id : List.of(FULL, CHILD, GRANDCHILD, OTHER, NEWEST)) {
      if (isPublished(id)) {
        assertThat(keys(id + "/")).as(id.toString()).hasSize(PARTS.size());
        BackupId parent = PARENTS.get(id);
        assertThat(parent == null || isPublished(parent)).as("parent of " + id).isTrue();
      }
    }
  }

  private void assertAllIsDone() throws IOException {
    assertThat(keys(""))
        .containsExactly(
            NEWEST + "/db/base-000001.tar.zst",
            NEWEST + "/index.json.zst",
            NEWEST + "/manifest.json",
            NEWEST + "/manifest.json.asc",
            "notes/proven/" + NEWEST + "/20240110-025820",
            "repository.json",
            "somebody-elses/file",
            "wal/postgres/1/00000001.history",
            NEEDED_WAL);
    assertThat(plan().isEmpty()).isTrue();
  }

  @Test
  void whatThePlanSaysGoesAndNothingElse() throws IOException {
    RetentionPlan plan = plan();
    DestinationOutcome outcome = expire(plan);
    assertThat(outcome.destination()).isEqualTo(destination.name());
    assertThat(outcome.expired()).containsExactly(FULL, CHILD, GRANDCHILD, OTHER);
    assertThat(outcome.findings()).isEmpty();
    assertThat(outcome.objects()).isEqualTo(4 * PARTS.size() + 2);
    assertThat(confirmations).isEqualTo(4 + 1);
    assertAllIsDone();
    assertThat(directory.resolve("repository").resolve(FULL.toString())).doesNotExist();
  }

  @Test
  void bytesAreThoseOfWhatIsGone() throws IOException {
    long before = destination.list("").stream().mapToLong(ObjectInfo::length).sum();
    DestinationOutcome outcome = expire(plan());
    long after = destination.list("").stream().mapToLong(ObjectInfo::length).sum();
    assertThat(outcome.bytes()).isEqualTo(before - after);
  }

  @Test
  void aManifestGoesFirstAndChildrenBeforeTheirParents() throws IOException {
    expire(plan());
    List<String> deleted = destination.deleted;
    assertThat(deleted.subList(0, 5))
        .startsWith(GRANDCHILD + "/manifest.json", GRANDCHILD + "/manifest.json.asc")
        .endsWith("notes/expired/" + GRANDCHILD);
    assertThat(deleted.indexOf(CHILD + "/manifest.json"))
        .isLessThan(deleted.indexOf(FULL + "/manifest.json"));
  }

  @Test
  void whereverTheProcessEndsTheNextRunFinishes() throws IOException {
    int step = 1;
    for (boolean killed = true; killed; step++) {
      fill("killed-" + step);
      destination.killAt = step;
      RetentionPlan plan = plan();
      try {
        expire(plan);
        killed = false;
      } catch (FaultyDestination.Killed e) {
        assertNothingListedIsHalf();
        destination.killAt = 0;
        DestinationOutcome outcome = expire(plan());
        assertThat(outcome.findings()).isEmpty();
      }
      assertAllIsDone();
    }
    assertThat(step).isGreaterThan(4 * PARTS.size() + 4);
  }

  @Test
  void whereverADeleteFailsTheOthersGoAndTheNextRunFinishes() throws IOException {
    expire(plan());
    List<String> all = List.copyOf(destination.deleted);
    for (int i = 0; i < all.size(); i++) {
      String broken = all.get(i);
      fill("failed-" + i);
      destination.isBroken = broken::equals;
      DestinationOutcome outcome = expire(plan());
      assertThat(outcome.findings().toString())
          .as(broken)
          .contains("could not be removed: connection reset HINT: the next run tries again");
      assertThat(keys(broken)).as(broken).isNotEmpty();
      assertThat(isPublished(OTHER)).as(broken).isEqualTo(broken.equals(OTHER + "/manifest.json"));
      assertNothingListedIsHalf();
      destination.isBroken = key -> false;
      assertThat(expire(plan()).findings()).as(broken).isEmpty();
      assertAllIsDone();
    }
  }

  @Test
  void whatBuildsOnABackupThatCannotGoKeepsIt() throws IOException {
    destination.isBroken = key -> key.equals(CHILD + "/manifest.json");
    DestinationOutcome outcome = expire(plan());
    assertThat(outcome.expired()).containsExactly(GRANDCHILD, OTHER);
    assertThat(outcome.findings())
        .extracting(Finding::subject)
        .containsExactly(CHILD.toString(), FULL.toString());
    assertThat(outcome.findings().get(1).message()).isEqualTo("stays as long as what builds on it");
    assertThat(keys(FULL + "/")).hasSize(PARTS.size());
    assertThat(notes.read().marked()).containsExactly(CHILD);
  }

  @Test
  void aProtectedBackupStaysWholeAndIsTold() throws IOException {
    destination.isProtected = key -> key.startsWith(OTHER.toString());
    DestinationOutcome outcome = expire(plan());
    assertThat(outcome.expired()).containsExactly(FULL, CHILD, GRANDCHILD);
    assertThat(outcome.findings())
        .containsExactly(
            Finding.info(
                OTHER.toString(),
                OTHER
                    + "/manifest.json is protected until 2030-01-01T00:00:00Z;"
                    + " a later run removes it"));
    assertThat(keys(OTHER + "/")).hasSize(PARTS.size());
    // Nobody has to shun it: it is not going anywhere until then.
    assertThat(notes.read().marked()).isEmpty();
    destination.isProtected = key -> false;
    expire(plan());
    assertAllIsDone();
  }

  @Test
  void aProtectedVolumeIsFinishedLater() throws IOException {
    destination.isProtected = key -> key.equals(OTHER + "/db/base-000001.tar.zst");
    DestinationOutcome outcome = expire(plan());
    assertThat(outcome.expired()).containsExactly(FULL, CHILD, GRANDCHILD);
    assertThat(outcome.findings()).hasSize(1);
    assertThat(keys(OTHER + "/")).containsExactly(OTHER + "/db/base-000001.tar.zst");
    assertThat(plan().unfinished()).containsExactly(OTHER);
    destination.isProtected = key -> false;
    assertThat(expire(plan()).expired()).containsExactly(OTHER);
    assertAllIsDone();
  }

  @Test
  void protectedLogIsToldOnceAndTheRestGoes() throws IOException {
    destination.isProtected = key -> key.equals(OLD_WAL);
    DestinationOutcome outcome = expire(plan());
    assertThat(outcome.expired()).hasSize(4);
    assertThat(outcome.findings()).hasSize(1);
    assertThat(outcome.findings().get(0).toString())
        .startsWith("wal/postgres/1/00000001/: ")
        .contains("is protected until 2030");
  }

  @Test
  void aLostLeaseStopsAllRemoval() throws IOException {
    RetentionPlan plan = plan();
    Expirer expirer =
        new Expirer(
            destination,
            () -> {
              if (++confirmations == 2) {
                throw new LeaseLostException("another run took it", null);
              }
            });
    assertThatThrownBy(() -> expirer.execute(plan)).isInstanceOf(LeaseLostException.class);
    assertThat(isPublished(GRANDCHILD)).isFalse();
    assertThat(List.of(isPublished(CHILD), isPublished(FULL), isPublished(OTHER)))
        .containsOnly(true);
    assertThat(keys(OLD_WAL)).isNotEmpty();
  }

  @Test
  void anInterruptionStopsIt() throws IOException {
    RetentionPlan plan = plan();
    destination.beforeDelete =
        Optional.of(
            () -> {
              if (destination.deleted.size() == 4) {
                Thread.currentThread().interrupt();
              }
            });
    destination.isBroken = key -> Thread.currentThread().isInterrupted();
    assertThatThrownBy(() -> expire(plan)).isInstanceOf(IOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(isPublished(CHILD)).isTrue();
    destination.isBroken = key -> false;
    destination.beforeDelete = Optional.empty();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> expire(plan())).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    expire(plan());
    assertAllIsDone();
  }

  @Test
  void aBackupThatIsHeldOrPinnedMeanwhileStays() throws IOException {
    RetentionPlan plan = plan();
    notes.pin(OTHER, "for the auditors", NOW);
    try (Closeable hold = notes.hold(CHILD, "restore", NOW.plusSeconds(600))) {
      DestinationOutcome outcome = expire(plan);
      assertThat(hold).isNotNull();
      assertThat(outcome.expired()).containsExactly(GRANDCHILD);
      assertThat(outcome.findings())
          .extracting(Finding::subject)
          .containsExactly(CHILD.toString(), FULL.toString(), OTHER.toString());
      assertThat(notes.read().marked()).isEmpty();
      assertNothingListedIsHalf();
    }
  }

  @Test
  void aMarkOfABackupThatStaysIsTakenOff() throws IOException {
    notes.mark(NEWEST, "by mistake", NOW);
    expire(plan());
    assertAllIsDone();
  }

  @Test
  void whatWasPublishedAgainIsNotFinished() throws IOException {
    notes.mark(OTHER, "old", NOW);
    Files.delete(directory.resolve("repository/" + OTHER + "/manifest.json"));
    RetentionPlan plan = plan();
    assertThat(plan.unfinished()).containsExactly(OTHER);
    put(destination, OTHER + "/manifest.json");
    DestinationOutcome outcome = expire(plan);
    assertThat(outcome.expired()).doesNotContain(OTHER);
    assertThat(outcome.findings().toString()).contains("is published again; it stays for now");
    assertThat(keys(OTHER + "/")).hasSize(PARTS.size());
  }

  @Test
  void manyObjectsAreRemovedInPortionsEachConfirmed() throws IOException {
    for (int number = 0; number < 45; number++) {
      for (int slice = 0; slice < 5; slice++) {
        String key = Samples.segment("1", 1, number).replace(".zst", "." + slice + ".zst");
        Files.writeString(directory.resolve("repository").resolve(key), key);
      }
    }
    RetentionPlan plan = plan();
    expire(plan);
    assertThat(confirmations).isEqualTo(4 + 3);
    assertAllIsDone();
  }
}
