package io.tradingengine.backup.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.ObjectProtectedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bucket with Object Lock: nothing that is done to a key's name touches its object. */
class S3VersionsIT {
  private static final ObjectKey KEY = new ObjectKey("full-20240115-020000/postgres/base-1.tar");
  private static final String NAME = StrictDestinations.PREFIX + KEY;
  private static final byte[] OTHER = "somebody else's".getBytes(UTF_8);

  private StrictStore store;
  private S3Destination destination;

  @BeforeEach
  void startStore() throws IOException {
    store = new StrictStore();
    store.versioned();
    destination = StrictDestinations.open(store, s3 -> s3.objectLock(S3.LockMode.GOVERNANCE, 10));
  }

  @AfterEach
  void stopStore() {
    destination.close();
    store.close();
  }

  @Test
  void neitherAnOverwriteNorAMarkOfDeletionHidesAnObject() throws IOException {
    destination.put(KEY, text("the backup"));
    store.putVersion(NAME, OTHER, false);
    store.putVersion(NAME, new byte[0], true);
    assertThat(read()).isEqualTo("the backup");
    assertThat(destination.list("")).extracting(ObjectInfo::length).containsExactly(10L);
    assertThat(destination.folders("")).containsExactly("full-20240115-020000");
    assertThat(destination.holds(KEY, text("the backup"))).isTrue();
  }

  @Test
  void whatAMarkOfDeletionHidesIsNeverPutAgain() throws IOException {
    destination.put(KEY, text("the backup"));
    store.putVersion(NAME, new byte[0], true);
    assertThatThrownBy(() -> destination.put(KEY, text("another")))
        .isInstanceOf(FileAlreadyExistsException.class);
    destination.put(KEY, text("the backup"));
    assertThat(store.versions(NAME)).hasSize(2);
  }

  @Test
  void objectsAreListedOnceWhateverTheirVersions() throws IOException {
    for (int i = 0; i < 5; i++) {
      destination.put(new ObjectKey("a/" + i), text("object " + i));
      store.putVersion(StrictDestinations.PREFIX + "a/" + i, OTHER, false);
    }
    assertThat(destination.list("a/")).hasSize(5).allMatch(info -> info.length() == 8);
  }

  @Test
  void aProtectedObjectSaysUntilWhen() throws IOException {
    destination.put(KEY, text("the backup"));
    Instant expected = Instant.now().plus(Duration.ofDays(10));
    assertThatThrownBy(() -> destination.delete(KEY))
        .isInstanceOfSatisfying(
            ObjectProtectedException.class,
            e ->
                assertThat(e.until().orElseThrow())
                    .isBetween(expected.minusSeconds(60), expected.plusSeconds(60)));
    assertThat(read()).isEqualTo("the backup");
  }

  @Test
  void notesAndTheLeaseAreNotProtected() throws IOException {
    ObjectKey note = new ObjectKey("notes/pin");
    destination.put(note, text("a pin"));
    destination.lock("owner").close();
    assertThat(store.versions(StrictDestinations.PREFIX + note))
        .allMatch(version -> !version.isLocked());
    assertThat(store.versions(StrictDestinations.PREFIX + LeaseObject.NAME))
        .isNotEmpty()
        .allMatch(version -> !version.isLocked());
    destination.delete(note);
    assertThat(store.versions(StrictDestinations.PREFIX + note)).isEmpty();
  }

  @Test
  void removingAnObjectRemovesAllItsVersions() throws IOException {
    store.putVersion(NAME, OTHER, false);
    store.putVersion(NAME, new byte[0], true);
    store.putVersion(NAME, OTHER, false);
    destination.delete(KEY);
    assertThat(store.versions(NAME)).isEmpty();
    assertThatThrownBy(() -> destination.open(KEY, ByteRange.ALL))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aLargeObjectIsProtectedToo() throws IOException {
    destination.put(KEY, Content.of(new byte[2 * StrictDestinations.PART]));
    assertThat(store.versions(NAME)).hasSize(1).allMatch(StrictStore.Version::isLocked);
  }

  @Test
  void aBucketWithoutObjectLockIsAnError() {
    assertThat(destination.check())
        .anyMatch(
            finding ->
                finding.severity() == Finding.Severity.ERROR
                    && finding.message().contains("made without it"));
  }

  private String read() throws IOException {
    try (InputStream in = destination.open(KEY, ByteRange.ALL)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static Content text(String text) {
    return Content.of(text.getBytes(UTF_8));
  }
}
