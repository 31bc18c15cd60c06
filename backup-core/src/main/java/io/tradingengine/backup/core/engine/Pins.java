package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.catalog.Notes;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keeps backups from expiring, and lets them expire again, in every destination. */
final class Pins {
  private final Targets targets;
  private final Clock clock;

  Pins(Targets targets, Clock clock) {
    this.targets = targets;
    this.clock = clock;
  }

  private interface Change {
    /** Whether the destination has the backup. */
    boolean make(Target target) throws IOException;
  }

  void pin(BackupId id, String reason) {
    int holders =
        everywhere(
            "pinned",
            id,
            target -> {
              if (!target.catalog().ids().contains(id)) {
                return false;
              }
              new Notes(target.destination()).pin(id, reason, clock.instant());
              return requireStill(target, id);
            });
    if (holders == 0) {
      throw new BackupException("There is no backup " + id, "list names them all", null);
    }
  }

  /** Retention may have been about to remove it before it could see the pin. */
  private static boolean requireStill(Target target, BackupId id) throws IOException {
    boolean marked = new Notes(target.destination()).read().marked().contains(id);
    if (target.catalog().ids().contains(id) && !marked) {
      return true;
    }
    throw new IOException("retention is just removing it");
  }

  void unpin(BackupId id) {
    everywhere(
        "unpinned",
        id,
        target -> {
          new Notes(target.destination()).unpin(id);
          return true;
        });
  }

  private int everywhere(String done, BackupId id, Change change) {
    Map<String, Exception> failures = new TreeMap<>();
    List<String> changed = new ArrayList<>();
    for (Target target : targets.all()) {
      try {
        if (change.make(target)) {
          changed.add(target.name());
        }
      } catch (IOException e) {
        failures.put(target.name(), e);
      }
    }
    if (!failures.isEmpty()) {
      Map.Entry<String, Exception> first = failures.entrySet().iterator().next();
      throw new BackupException(
          id
              + " could not be "
              + done
              + " in "
              + String.join(", ", failures.keySet())
              + ": "
              + Messages.of(first.getValue())
              + (changed.isEmpty() ? "" : "; it is in " + String.join(", ", changed)),
          "make that reachable, and do it again",
          first.getValue());
    }
    return changed.size();
  }
}
