package io.tradingengine.backup.core.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.destination.LocalDestinationProvider;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Settings;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotesTest {
  private static final BackupId FIRST = BackupId.parse("full-20240115-020000");
  private static final BackupId SECOND = BackupId.parse("full-20240116-020000");
  private static final Instant NOON = Instant.parse("2024-01-16T12:00:00Z");

  @TempDir Path root;
  private Destination destination;
  private Notes notes;

  @BeforeEach
  void open() {
    destination = new LocalDestinationProvider().open(Settings.of("local").with("path", root));
    notes = new Notes(destination);
  }

  private List<String> keys() throws IOException {
    return destination.list("").stream().map(ObjectInfo::key).map(ObjectKey::value).toList();
  }

  @Test
  void whatNobodyNotedIsEmpty() throws IOException {
    NotesSnapshot none = notes.read();
    assertThat(none.pins()).isEmpty();
    assertThat(none.proven()).isEmpty();
    assertThat(none.holds(NOON)).isEmpty();
    assertThat(none.marked()).isEmpty();
    notes.unpin(FIRST);
    notes.unmark(FIRST);
    assertThat(keys()).isEmpty();
  }

  @Test
  void aPinStaysUntilItIsTakenAway() throws IOException {
    notes.pin(FIRST, "before the migration", NOON);
    assertThat(notes.read().pins()).containsExactly(FIRST);
    assertThat(notes.keeps(FIRST, NOON)).isTrue();
    assertThat(notes.keeps(SECOND, NOON)).isFalse();
    assertThat(keys()).containsExactly("notes/pins/full-20240115-020000");
    notes.unpin(FIRST);
    assertThat(notes.read().pins()).isEmpty();
    assertThat(notes.keeps(FIRST, NOON)).isFalse();
  }

  @Test
  void aSecondPinLeavesTheFirstReason() throws IOException {
    notes.pin(FIRST, "before the migration", NOON);
    notes.pin(FIRST, "another reason", NOON.plusSeconds(1));
    assertThat(body("notes/pins/full-20240115-020000").reason()).isEqualTo("before the migration");
  }

  @Test
  void peopleCanReadWhoPinnedAndWhy() throws IOException {
    notes.pin(FIRST, "before the migration", NOON);
    Note note = body("notes/pins/full-20240115-020000");
    assertThat(note)
        .isEqualTo(new Note(FIRST, "before the migration", System.getProperty("user.name"), NOON));
    assertThat(new String(note.encode(), UTF_8))
        .startsWith("{\n  \"format\" : 1,\n  \"backup\" : \"full-20240115-020000\",\n")
        .endsWith("  \"at\" : \"2024-01-16T12:00:00Z\"\n}\n");
  }

  private Note body(String key) throws IOException {
    try (InputStream in = destination.open(new ObjectKey(key), ByteRange.ALL)) {
      return Note.decode(in.readAllBytes(), key);
    }
  }

  @Test
  void theNewestProofOfABackupCounts() throws IOException {
    notes.prove(FIRST, "drill", NOON.plusSeconds(9));
    notes.prove(FIRST, "drill", NOON);
    notes.prove(FIRST, "the same moment again", NOON.plusMillis(9_500));
    notes.prove(SECOND, "restore", NOON.plusSeconds(5));
    NotesSnapshot read = notes.read();
    assertThat(read.proven())
        .containsEntry(FIRST, NOON.plusSeconds(9))
        .containsEntry(SECOND, NOON.plusSeconds(5))
        .hasSize(2);
    assertThat(read.proofs().get(FIRST)).hasSize(2);
    assertThat(read.lastProven(NOON.plusSeconds(60), id -> true)).contains(FIRST);
    assertThat(read.lastProven(NOON.plusSeconds(8), id -> true)).contains(SECOND);
    assertThat(read.lastProven(NOON.plusSeconds(60), SECOND::equals)).contains(SECOND);
    assertThat(read.lastProven(NOON.minusSeconds(1), id -> true)).isEmpty();
  }

  @Test
  void aHoldEndsWhenItIsClosed() throws IOException {
    Closeable hold = notes.hold(FIRST, "restore", NOON.plusSeconds(60));
    try (Closeable other = notes.hold(FIRST, "restore", NOON.plusSeconds(60))) {
      hold.close();
      hold.close();
      assertThat(notes.read().holds(NOON)).containsExactly(FIRST);
      assertThat(notes.keeps(FIRST, NOON)).isTrue();
      assertThat(other).isNotNull();
    }
    assertThat(notes.read().holds(NOON)).isEmpty();
    assertThat(keys()).isEmpty();
  }

  @Test
  void aHoldEndsByItselfNotBeforeItsTime() throws IOException {
    try (Closeable hold = notes.hold(FIRST, "restore", NOON.plusMillis(1_500))) {
      assertThat(hold).isNotNull();
      assertThat(notes.read().holds(NOON.plusMillis(1_500))).containsExactly(FIRST);
      assertThat(notes.read().ended(NOON.plusMillis(1_500))).isEmpty();
      assertThat(notes.read().holds(NOON.plusSeconds(2))).isEmpty();
      assertThat(notes.read().ended(NOON.plusSeconds(2))).hasSize(1);
      assertThat(notes.keeps(FIRST, NOON.plusSeconds(2))).isFalse();
    }
  }

  @Test
  void aMarkIsSeenUntilItIsTakenOff() throws IOException {
    notes.mark(FIRST, "older than a year", NOON);
    notes.mark(FIRST, "older than a year", NOON.plusSeconds(1));
    assertThat(notes.read().marked()).containsExactly(FIRST);
    notes.unmark(FIRST);
    assertThat(notes.read().marked()).isEmpty();
  }

  @Test
  void namesOfNobodyKnowsWhatArePassedOver() throws IOException {
    for (String name :
        List.of(
            "pins/full-20240230-020000",
            "pins/latest",
            "pins/full-20240116-020000/more",
            "proven/full-20240116-020000",
            "proven/full-20240115-020000/20240230-000000",
            "proven/full-20240115-020000/yesterday",
            "holds/full-20240115-020000/20240116-120000",
            "holds/full-20240115-020000/token.never",
            "holds/full-20240115-020000/token.20241301-000000",
            "expired/full-20240115-020000/more",
            "PINS/full-20240115-020000",
            "wishes/full-20240115-020000")) {
      destination.put(new ObjectKey("notes/" + name), Content.of(name.getBytes(UTF_8)));
    }
    NotesSnapshot read = notes.read();
    assertThat(read.pins()).isEmpty();
    assertThat(read.proven()).isEmpty();
    assertThat(read.holds(Instant.EPOCH)).isEmpty();
    assertThat(read.ended(Instant.MAX)).isEmpty();
    assertThat(read.marked()).isEmpty();
  }

  @Test
  void aPinOfOneBackupIsNoneOfAnotherWhoseNameBeginsAlike() throws IOException {
    destination.put(
        new ObjectKey("notes/pins/full-20240115-0200001"), Content.of(new byte[] {'x'}));
    assertThat(notes.keeps(FIRST, NOON)).isFalse();
  }
}
