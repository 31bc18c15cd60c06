package io.tradingengine.backup.core.catalog;

import static io.tradingengine.backup.core.catalog.Manifests.FIRST;
import static io.tradingengine.backup.core.catalog.Manifests.SECOND;
import static io.tradingengine.backup.core.catalog.Manifests.SYSTEM;
import static io.tradingengine.backup.core.catalog.Manifests.THIRD;
import static io.tradingengine.backup.core.catalog.Manifests.id;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.destination.LocalDestinationProvider;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest {
  @TempDir Path directory;
  private Path root;
  private Destination destination;
  private Catalog catalog;

  @BeforeEach
  void open() {
    root = directory.resolve("repository");
    destination = new LocalDestinationProvider().open(Settings.of("local").with("path", root));
    catalog = catalog(FakeSigner.with("key"));
  }

  private Catalog catalog(Encryptor encryptor) {
    return new Catalog(destination, encryptor, SYSTEM);
  }

  private static Repository repository() {
    return new Repository(SYSTEM, Manifests.REPOSITORY, Instant.parse("2024-01-01T00:00:00Z"));
  }

  private void publish(BackupId... ids) throws IOException {
    catalog.initialise(repository());
    for (BackupId id : ids) {
      destination.put(RepositoryLayout.source(id, "postgres").resolve("base"), text("volume"));
      catalog.publish(catalog.seal(Manifests.of(id, catalog.last())));
    }
  }

  private static Content text(String text) {
    return Content.of(text.getBytes(UTF_8));
  }

  @Test
  void whatNobodyWroteToIsEmptyAndStaysUntouched() throws IOException {
    assertThat(catalog.repository()).isEmpty();
    assertThat(catalog.ids()).isEmpty();
    assertThat(catalog.list().backups()).isEmpty();
    assertThat(catalog.last()).isEmpty();
    assertThat(catalog.find(FIRST)).isEmpty();
    assertThat(catalog.verifyChain()).isEmpty();
    assertThat(catalog.nextId(BackupKind.FULL, FIRST.instant())).isEqualTo(FIRST);
    assertThat(root).doesNotExist();
  }

  @Test
  void aRepositoryIsMadeOnceAndKeepsItsId() throws IOException {
    Repository made = catalog.initialise(Repository.create(SYSTEM, Clock.systemUTC()));
    assertThat(catalog.initialise(Repository.create(SYSTEM, Clock.systemUTC()))).isEqualTo(made);
    assertThat(catalog(FakeSigner.none()).repository()).contains(made);
    assertThat(root.resolve("repository.json"))
        .content()
        .startsWith("{\n  \"format\" : 1,\n  \"name\" : \"trading-engine\",\n  \"id\" : ");
  }

  @Test
  void anotherSystemsRepositoryIsRefused() throws IOException {
    publish(FIRST);
    Catalog other = new Catalog(destination, FakeSigner.none(), "billing");
    for (ThrowingAction action : reads(other)) {
      assertThatThrownBy(action::run)
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("belongs to 'trading-engine', not to 'billing'")
          .hasMessageContaining("name:");
    }
    assertThatThrownBy(() -> other.initialise(Repository.create("billing", Clock.systemUTC())))
        .hasMessageContaining("belongs to 'trading-engine'");
  }

  private interface ThrowingAction {
    void run() throws IOException;
  }

  private static List<ThrowingAction> reads(Catalog catalog) {
    return List.of(catalog::repository, catalog::list);
  }

  @Test
  void aRepositoryOfANewerFormatIsRefused() throws IOException {
    publish();
    Path file = root.resolve("repository.json");
    Files.writeString(file, Files.readString(file).replace("\"format\" : 1", "\"format\" : 7"));
    assertThatThrownBy(() -> catalog(FakeSigner.none()).list())
        .hasMessageContaining("has format 7")
        .hasMessageContaining("upgrade the library");
  }

  @Test
  void aDamagedRepositoryFileIsNamed() throws IOException {
    for (String damaged : List.of("", "{", "<html>", "{\"format\":1}")) {
      Files.createDirectories(root);
      Files.writeString(root.resolve("repository.json"), damaged);
      assertThatThrownBy(() -> catalog.list())
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("repository.json");
    }
  }

  @Test
  void aRepositoryThatVanishesMeanwhileIsNotMadeAnew() throws IOException {
    publish(FIRST);
    Files.delete(root.resolve("repository.json"));
    assertThatThrownBy(() -> catalog.initialise(repository()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("still mounted");
    assertThatThrownBy(() -> catalog(FakeSigner.none()).initialise(repository()))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("holds backups, but no repository.json");
    assertThat(catalog(FakeSigner.with("key")).find(FIRST)).isPresent();
  }

  @Test
  void publishedBackupsAreListedOldestFirst() throws IOException {
    publish(SECOND, THIRD);
    Catalog.Listing listing = catalog.list();
    assertThat(listing.damaged()).isEmpty();
    assertThat(listing.backups()).extracting(Manifest::id).containsExactly(SECOND, THIRD);
    assertThat(catalog.ids()).containsExactly(SECOND, THIRD);
    assertThat(catalog.find(SECOND)).contains(Manifests.of(SECOND));
  }

  @Test
  void withoutAManifestThereIsNoBackup() throws IOException {
    publish(FIRST);
    destination.put(RepositoryLayout.source(SECOND, "postgres").resolve("base"), text("x"));
    destination.put(RepositoryLayout.signature(SECOND), text("x"));
    assertThat(catalog.ids()).containsExactly(FIRST);
    assertThat(catalog.find(SECOND)).isEmpty();
  }

  @Test
  void theManifestIsTheLastObjectToAppear() throws IOException {
    publish(FIRST);
    SealedManifest sealed = catalog.seal(Manifests.of(SECOND, catalog.last()));
    destination.put(RepositoryLayout.signature(SECOND), text("in the way"));
    assertThatThrownBy(() -> catalog.publish(sealed))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(catalog.ids()).containsExactly(FIRST);
  }

  @Test
  void publishingTwiceIsPublishingOnce() throws IOException {
    publish(FIRST);
    SealedManifest sealed = catalog.seal(Manifests.of(SECOND, catalog.last()));
    catalog.publish(sealed);
    catalog.publish(sealed);
    assertThat(catalog.ids()).containsExactly(FIRST, SECOND);
    assertThatThrownBy(() -> catalog.publish(catalog.seal(Manifests.of(SECOND))))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void aDamagedManifestHidesNoOther() throws IOException {
    publish(FIRST, SECOND, THIRD);
    overwrite(RepositoryLayout.manifest(SECOND), "{}");
    Catalog trusting = catalog(FakeSigner.none());
    Catalog.Listing listing = trusting.list();
    assertThat(listing.backups()).extracting(Manifest::id).containsExactly(FIRST, THIRD);
    assertThat(listing.damaged()).hasSize(1);
    assertThat(listing.damaged().get(0).toString())
        .contains("full-20240116-020000/manifest.json")
        .contains("lacks 'format'");
    assertThatThrownBy(() -> trusting.find(SECOND)).isInstanceOf(IntegrityException.class);
  }

  @Test
  void aChangedOrUnsignedManifestIsRefused() throws IOException {
    publish(FIRST, SECOND);
    Path manifest = root.resolve(RepositoryLayout.manifest(FIRST).value());
    String changed = Files.readString(manifest).replace("15.19", "15.18");
    overwrite(RepositoryLayout.manifest(FIRST), changed);
    Files.delete(root.resolve(RepositoryLayout.signature(SECOND).value()));
    for (BackupId id : List.of(FIRST, SECOND)) {
      assertThatThrownBy(() -> catalog.find(id))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining(RepositoryLayout.manifest(id) + ": is not signed by key");
    }
    assertThat(catalog.list().damaged()).hasSize(2);
  }

  @Test
  void aBackupOfAnotherRepositoryIsRefused() throws IOException {
    catalog.initialise(Repository.create(SYSTEM, Clock.systemUTC()));
    catalog.publish(catalog.seal(Manifests.of(FIRST)));
    assertThatThrownBy(() -> catalog.find(FIRST))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("belongs to another repository");
  }

  @Test
  void aRenamedBackupIsRefused() throws IOException {
    publish(FIRST);
    Files.move(root.resolve(FIRST.toString()), root.resolve(SECOND.toString()));
    assertThatThrownBy(() -> catalog.find(SECOND))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("is the manifest of " + FIRST);
  }

  @Test
  void idsGoUpEvenIfTheClockGoesBack() throws IOException {
    publish(SECOND);
    assertThat(catalog.nextId(BackupKind.FULL, THIRD.instant().plusMillis(999))).isEqualTo(THIRD);
    assertThat(catalog.nextId(BackupKind.FULL, SECOND.instant().plusMillis(10)))
        .isEqualTo(id("2024-01-16T02:00:01Z"));
    assertThat(catalog.nextId(BackupKind.FULL, Instant.parse("2001-01-01T00:00:00Z")))
        .isEqualTo(id("2024-01-16T02:00:01Z"));
  }

  @Test
  void aLeftOversIdIsNotUsedAgain() throws IOException {
    publish(FIRST);
    destination.put(RepositoryLayout.source(THIRD, "postgres").resolve("base"), text("x"));
    assertThat(catalog.nextId(BackupKind.FULL, SECOND.instant()))
        .isEqualTo(id("2024-01-17T02:00:01Z"));
  }

  @Test
  void leftOversAreRemovedAndNothingElse() throws IOException {
    publish(FIRST);
    destination.put(RepositoryLayout.source(SECOND, "postgres").resolve("base-1"), text("x"));
    destination.put(RepositoryLayout.source(SECOND, "config").resolve("files-1"), text("x"));
    destination.put(RepositoryLayout.signature(SECOND), text("x"));
    destination.put(new ObjectKey("notes/mine"), text("x"));
    destination.put(new ObjectKey("full-of-nonsense/mine"), text("x"));
    Files.createDirectories(root.resolve(THIRD.toString()).resolve("postgres"));
    Files.writeString(root.resolve(".tmp/half.part"), "half");
    List<ObjectInfo> kept = destination.list(FIRST.toString());

    assertThat(catalog.sweepLeftovers(id -> false)).isEqualTo(4);

    assertThat(destination.list(FIRST.toString())).isEqualTo(kept);
    assertThat(destination.folders(""))
        .containsExactly(FIRST.toString(), "full-of-nonsense", "notes");
    assertThat(root.resolve(".tmp")).isEmptyDirectory();
    assertThat(catalog.sweepLeftovers(id -> false)).isZero();
  }

  @Test
  void whatIsSparedStays() throws IOException {
    destination.put(RepositoryLayout.source(FIRST, "postgres").resolve("base-1"), text("x"));
    destination.put(RepositoryLayout.source(SECOND, "postgres").resolve("base-1"), text("x"));
    assertThat(catalog.sweepLeftovers(SECOND::equals)).isEqualTo(1);
    assertThat(destination.folders("")).containsExactly(SECOND.toString());
  }

  @Test
  void anIdIsClaimedOnce() throws IOException {
    RunClaim claim = new RunClaim(FIRST, UUID.randomUUID(), "a run", FIRST.instant());
    catalog.claim(claim);
    catalog.claim(claim);
    assertThatThrownBy(
            () -> catalog.claim(new RunClaim(FIRST, UUID.randomUUID(), "b", FIRST.instant())))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void whatAManifestNamesAndAListingDoesNotShowIsLacking() throws IOException {
    Manifest manifest = Manifests.of(FIRST);
    assertThat(catalog.lacking(manifest)).hasSize((int) manifest.volumes().count());
    List<Volume> volumes = manifest.volumes().toList();
    for (Volume volume : volumes) {
      destination.put(volume.key(), Content.of(new byte[(int) volume.storedSize()]));
    }
    assertThat(catalog.lacking(manifest)).isEmpty();
    Volume last = volumes.get(volumes.size() - 1);
    destination.delete(last.key());
    destination.put(last.key(), text("short"));
    assertThat(catalog.lacking(manifest)).containsExactly(last);
  }

  @Test
  void anUnbrokenChainHasNoFindings() throws IOException {
    publish(FIRST, SECOND, THIRD);
    assertThat(catalog.verifyChain()).isEmpty();
    assertThat(catalog.find(THIRD).orElseThrow().previous().orElseThrow().id()).isEqualTo(SECOND);
  }

  @Test
  void theOldestMayHaveGone() throws IOException {
    publish(FIRST, SECOND, THIRD);
    remove(FIRST);
    assertThat(catalog.verifyChain()).isEmpty();
  }

  @Test
  void aMissingMiddleIsSeen() throws IOException {
    publish(FIRST, SECOND, THIRD);
    remove(SECOND);
    assertThat(catalog.verifyChain())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
              assertThat(finding.toString()).contains("follows " + SECOND + ", which is gone");
            });
  }

  @Test
  void aReplacedManifestIsSeenByTheNextOne() throws IOException {
    publish(FIRST, SECOND, THIRD);
    remove(SECOND);
    catalog.publish(catalog.seal(Manifests.of(SECOND)));
    assertThat(catalog.verifyChain())
        .extracting(Finding::subject)
        .containsExactly(
            RepositoryLayout.manifest(SECOND).value(), RepositoryLayout.manifest(THIRD).value());
  }

  @Test
  void aDamagedManifestBreaksTheChainByName() throws IOException {
    publish(FIRST, SECOND, THIRD);
    overwrite(RepositoryLayout.manifest(SECOND), "{}");
    assertThat(catalog(FakeSigner.none()).verifyChain())
        .extracting(Finding::severity)
        .containsExactly(Finding.Severity.ERROR, Finding.Severity.ERROR);
  }

  @Test
  void aSealedManifestGoesToAnotherDestinationAsItIs() throws IOException {
    publish(FIRST);
    Optional<SealedManifest> sealed = catalog.sealed(FIRST);
    assertThat(sealed.orElseThrow().link()).isEqualTo(catalog.last().orElseThrow());
    assertThat(sealed.get()).hasToString("full-20240115-020000/manifest.json (signed)");
  }

  private void remove(BackupId id) throws IOException {
    for (ObjectInfo object : destination.list(RepositoryLayout.prefix(id))) {
      destination.delete(object.key());
    }
  }

  private void overwrite(ObjectKey key, String text) throws IOException {
    Files.writeString(root.resolve(key.value()), text);
  }
}
