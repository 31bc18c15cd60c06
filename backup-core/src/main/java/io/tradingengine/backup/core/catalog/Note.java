package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.IntegrityException;
import java.time.Instant;
import java.util.Objects;

/**
 * What stands in a note. Nothing but people read it. Immutable.
 *
 * @param backup the backup that it is about
 * @param reason why it was written
 * @param by the operating system's name of who wrote it
 * @param at when it was written; when it ends, for a hold
 */
record Note(BackupId backup, String reason, String by, Instant at) {
  private static final JsonObject.Field<Note, Long> FORMAT = JsonDocument.formatField();
  private static final JsonObject.Field<Note, BackupId> BACKUP =
      JsonObject.field("backup", Json.text(BackupId::parse), Note::backup);
  private static final JsonObject.Field<Note, String> REASON =
      JsonObject.field("reason", Json.text(), Note::reason);
  private static final JsonObject.Field<Note, String> BY =
      JsonObject.field("by", Json.text(), Note::by);
  private static final JsonObject.Field<Note, Instant> AT =
      JsonObject.field("at", Json.text(Instant::parse), Note::at);

  Note {
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(by, "by");
    Objects.requireNonNull(at, "at");
  }

  /** A note of this process' user. */
  static Note of(BackupId backup, String reason, Instant at) {
    return new Note(backup, reason, System.getProperty("user.name", "unknown"), at);
  }

  byte[] encode() {
    return document().print(this);
  }

  /**
   * Reads what {@link #encode()} wrote.
   *
   * @param key how messages call it
   * @throws IntegrityException if it is anything else
   */
  static Note decode(byte[] bytes, String key) {
    return document().read(bytes, key);
  }

  private static JsonDocument<Note> document() {
    return new JsonDocument<>(
        JsonObject.of(
            values ->
                new Note(values.get(BACKUP), values.get(REASON), values.get(BY), values.get(AT)),
            FORMAT,
            BACKUP,
            REASON,
            BY,
            AT));
  }
}
