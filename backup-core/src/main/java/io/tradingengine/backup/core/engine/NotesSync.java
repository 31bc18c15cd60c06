package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.catalog.Notes;
import io.tradingengine.backup.core.catalog.NotesSnapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Takes along what is noted of a backup to a destination that gets it. */
final class NotesSync {
  private final Target to;
  private final List<Target> from;

  NotesSync(Target to, List<Target> from) {
    this.to = to;
    this.from = from;
  }

  /** Copies a backup's pin and its last proof. */
  void copy(BackupId id) throws IOException {
    Notes notes = new Notes(to.destination());
    for (Target each : from) {
      if (!each.equals(to)) {
        NotesSnapshot known = new Notes(each.destination()).read();
        if (known.pins().contains(id)) {
          notes.pin(id, "pinned in " + each.name(), id.instant());
        }
        Instant proven = known.proven().get(id);
        if (proven != null) {
          notes.prove(id, "proven in " + each.name(), proven);
        }
      }
    }
  }
}
