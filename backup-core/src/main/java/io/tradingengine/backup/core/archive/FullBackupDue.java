package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.Finding;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why a full backup is needed, until one has been taken. Thread-safe. */
final class FullBackupDue {
  private static final String SUBJECT = "full backup";

  private final Alarms alarms;
  private final Clock clock;
  private @Nullable String reason;
  private @Nullable String owner;
  private Instant since = Instant.EPOCH;

  FullBackupDue(Alarms alarms, Clock clock) {
    this.alarms = alarms;
    this.clock = clock;
  }

  synchronized void because(String source, String why) {
    if (reason == null) {
      reason = source + ": " + why;
      owner = source;
    }
    since = clock.instant();
    alarms.report(
        source, Finding.error(SUBJECT, "is due: " + source + ": " + why, "take a full backup now"));
  }

  /** A backup that was begun since makes up for it. */
  synchronized void begun(Instant backup) {
    String source = owner;
    // Backups are dated to the second.
    if (source != null && !backup.plusSeconds(1).isBefore(since)) {
      reason = null;
      owner = null;
      alarms.clear(source, SUBJECT);
    }
  }

  synchronized Optional<String> reason() {
    return Optional.ofNullable(reason);
  }
}
