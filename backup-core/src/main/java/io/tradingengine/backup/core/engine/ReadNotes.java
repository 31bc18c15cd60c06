package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.Notes;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the destinations that a backup is being read, so that retention spares it, and in the end
 * that it was restored. A host that may only read cannot say so; then a finding does. Used by one
 * thread.
 */
final class ReadNotes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReadNotes.class);

  /** No restore takes as long; the note of one that was killed ends by itself. */
  private static final Duration LONGEST_RESTORE = Duration.ofHours(24);

  private final List<Target> targets = new ArrayList<>();
  private final Map<Target, Closeable> holds = new LinkedHashMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private final Set<String> silent = new TreeSet<>();
  private final BackupId id;
  private final Clock clock;

  private ReadNotes(BackupId id, Clock clock) {
    this.id = id;
    this.clock = clock;
  }

  /** Says that a backup is being read from these destinations, as far as they hold it. */
  static ReadNotes hold(BackupId id, List<Target> targets, Clock clock) throws IOException {
    ReadNotes notes = new ReadNotes(id, clock);
    for (Target target : targets) {
      try {
        if (target.catalog().ids().contains(id)) {
          notes.targets.add(target);
          notes.hold(target);
        }
      } catch (IOException e) {
        notes.unsaid(target, e);
      }
    }
    return notes;
  }

  private void hold(Target target) throws IOException {
    Notes there = new Notes(target.destination());
    holds.put(target, there.hold(id, "restore", clock.instant().plus(LONGEST_RESTORE)));
    if (there.read().marked().contains(id)) {
      findings.add(
          Finding.warning(
              target.name(),
              "is just removing " + id,
              "if objects turn out to be missing, restore it from another destination, or restore"
                  + " another backup"));
    }
  }

  private void unsaid(Target target, IOException e) throws IOException {
    RunRegistry.rethrowInterruption(e);
    silent.add(target.name());
  }

  /**
   * Says that all of it was restored.
   *
   * @param proof from which destinations
   */
  void proven(Predicate<Target> proof) {
    for (Target target : targets) {
      try {
        if (proof.test(target)) {
          new Notes(target.destination()).prove(id, "restored", clock.instant());
        }
      } catch (IOException e) {
        // The restore is done, whatever keeps this from being noted.
        silent.add(target.name());
      }
    }
  }

  /** Where it could not be said, and where it came too late. */
  List<Finding> findings() {
    List<Finding> all = new ArrayList<>(findings);
    for (String name : silent) {
      all.add(
          Finding.info(
              name,
              "takes no notes from here: retention does not know that "
                  + id
                  + " is read, nor that it was restored"));
    }
    return all;
  }

  /** What cannot be taken back now ends by itself; the restore is what counts. */
  @Override
  public void close() {
    holds.forEach(
        (target, hold) -> {
          try {
            hold.close();
          } catch (IOException e) {
            log.info("{} keeps its note that {} is read for a day: {}", target, id, e.toString());
          }
        });
  }
}
