package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.catalog.NoteName.Kind;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;

/**
 * What one destination is told of its backups after they were made: small objects, written once,
 * below {@code notes/}. A program goes by their names, so that it needs no key to read them; what
 * is in them is for people. Safe for concurrent use.
 */
public final class Notes {
  private final Destination destination;

  /**
   * The notes of a destination. Touches nothing yet.
   *
   * @param destination where they are; not closed
   */
  public Notes(Destination destination) {
    this.destination = Objects.requireNonNull(destination, "destination");
  }

  /**
   * All notes, by one listing.
   *
   * @throws IOException if the destination cannot be read
   */
  public NotesSnapshot read() throws IOException {
    return new NotesSnapshot(destination.list(RepositoryLayout.NOTES));
  }

  /**
   * Whether a note keeps a backup from being removed, by two small listings.
   *
   * @throws IOException if the destination cannot be read
   */
  public boolean keeps(BackupId id, Instant now) throws IOException {
    NotesSnapshot pins = new NotesSnapshot(destination.list(Kind.PINS.of(id).value()));
    NotesSnapshot holds = new NotesSnapshot(destination.list(Kind.HOLDS.of(id) + "/"));
    return pins.pins().contains(id) || holds.holds(now).contains(id);
  }

  /**
   * Keeps a backup whatever the policy says. Pinning it again leaves the first reason.
   *
   * @param reason why, for people
   * @throws IOException if it could not be stored; trying again is safe
   */
  public void pin(BackupId id, String reason, Instant at) throws IOException {
    put(Kind.PINS.of(id), Note.of(id, reason, at));
  }

  /** Leaves a backup to the policy again; does nothing if it is not pinned. */
  public void unpin(BackupId id) throws IOException {
    destination.delete(Kind.PINS.of(id));
  }

  /**
   * Notes that a backup was restored, or could be, for all that a drill tells.
   *
   * @param reason what was done, for people
   * @param at when; counts to the second
   */
  public void prove(BackupId id, String reason, Instant at) throws IOException {
    Instant second = at.truncatedTo(ChronoUnit.SECONDS);
    put(Kind.PROVEN.of(id).resolve(NoteName.time(second)), Note.of(id, reason, second));
  }

  /**
   * Says that somebody reads a backup. What removes backups spares it, unless it has begun already:
   * a reader that finds it {@linkplain NotesSnapshot#marked() marked} afterwards must take another.
   *
   * @param until when that ends at the latest, if nobody says so before; rounded up to the second
   * @return removes the note; closing it twice is one
   */
  public Closeable hold(BackupId id, String reason, Instant until) throws IOException {
    Instant second = until.truncatedTo(ChronoUnit.SECONDS);
    Instant end = second.equals(until) ? second : second.plusSeconds(1);
    String token = UUID.randomUUID().toString();
    ObjectKey key = Kind.HOLDS.of(id).resolve(token + "." + NoteName.time(end));
    put(key, Note.of(id, reason, end));
    return () -> destination.delete(key);
  }

  /** Marks a backup for removal. Marking it again leaves the first reason. */
  public void mark(BackupId id, String reason, Instant at) throws IOException {
    put(Kind.EXPIRED.of(id), Note.of(id, reason, at));
  }

  /** Takes the mark off; does nothing if there is none. */
  public void unmark(BackupId id) throws IOException {
    destination.delete(Kind.EXPIRED.of(id));
  }

  private void put(ObjectKey key, Note note) throws IOException {
    try {
      destination.put(key, Content.of(note.encode()));
    } catch (FileAlreadyExistsException e) {
      // Its name says the same already, and the name is what counts.
    }
  }
}
