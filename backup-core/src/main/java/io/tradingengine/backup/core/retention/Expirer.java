package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.Notes;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectProtectedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Carries out a plan in one destination, under its lock. Nothing else removes backups, and it
 * removes nothing that is not in the plan. A backup's manifest goes before its data, and a mark
 * tells the next run to finish what this one cannot; so no listed backup ever lacks anything. Used
 * once, by one thread.
 */
public final class Expirer {
  /** Asks whether the destination's lease is still held. */
  @FunctionalInterface
  public interface Confirmation {
    /**
     * Returns if it is.
     *
     * @throws io.tradingengine.backup.LeaseLostException if it is not
     * @throws IOException if the store cannot be asked
     */
    void confirm() throws IOException;
  }

  private static final int OBJECTS_A_CONFIRMATION = 100;

  private final Destination destination;
  private final Notes notes;
  private final Confirmation lease;
  private final List<BackupId> expired = new ArrayList<>();
  private final Map<BackupId, Integer> needed = new HashMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private long objects;
  private long bytes;

  /**
   * An expirer.
   *
   * @param destination what it removes from; not closed
   * @param lease asked before each backup that is removed, and now and then between other objects
   */
  public Expirer(Destination destination, Confirmation lease) {
    this.destination = Objects.requireNonNull(destination, "destination");
    this.lease = Objects.requireNonNull(lease, "lease");
    notes = new Notes(destination);
  }

  /**
   * Removes what the plan says. What cannot be removed is left for the next run, and told.
   *
   * @throws io.tradingengine.backup.LeaseLostException if the lease is lost; nothing is removed
   *     from then on
   * @throws InterruptedIOException if the thread is interrupted; what was begun is finished by the
   *     next run
   * @throws IOException if the lease cannot be confirmed
   */
  public ExpiryReport.DestinationOutcome execute(RetentionPlan plan) throws IOException {
    for (BackupId id : plan.unmark()) {
      step(id.toString(), () -> notes.unmark(id));
    }
    for (BackupId id : plan.unfinished()) {
      lease.confirm();
      step(id.toString(), () -> finish(id));
    }
    for (RetentionPlan.Doomed backup : plan.doomed()) {
      lease.confirm();
      // What it builds on stays, unless this gets as far as being listed no more.
      backup.parent().ifPresent(parent -> needed.merge(parent, 1, Integer::sum));
      step(backup.id().toString(), () -> remove(backup, plan));
    }
    for (RetentionPlan.Group group : plan.groups()) {
      remove(group);
    }
    Collections.sort(expired);
    return new ExpiryReport.DestinationOutcome(
        plan.summary().destination(), expired, objects, bytes, findings);
  }

  /** Something that may fail without keeping all else from being done. */
  private interface Step {
    void run() throws IOException;
  }

  /** Whether it could be done; reports it otherwise. */
  private boolean step(String subject, Step step) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted before " + subject + " was removed");
    }
    try {
      step.run();
      return true;
    } catch (ObjectProtectedException e) {
      findings.add(Finding.info(subject, e.getMessage() + "; a later run removes it"));
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      findings.add(
          Finding.warning(
              subject, "could not be removed: " + e.getMessage(), "the next run tries again"));
    }
    return false;
  }

  private void remove(RetentionPlan.Doomed backup, RetentionPlan plan) throws IOException {
    BackupId id = backup.id();
    if (needed.getOrDefault(id, 0) > 0) {
      findings.add(Finding.info(id.toString(), "stays as long as what builds on it"));
      return;
    }
    notes.mark(id, backup.reason(), plan.at());
    // Marked first: a reader that comes after this sees the mark, and one before it is seen here.
    if (notes.keeps(id, plan.at())) {
      notes.unmark(id);
      findings.add(Finding.info(id.toString(), "was pinned, or is being read, by now; it stays"));
      return;
    }
    List<ObjectInfo> all = destination.list(RepositoryLayout.prefix(id));
    for (ObjectInfo object : all) {
      if (object.key().equals(RepositoryLayout.manifest(id))) {
        deleteManifest(id, object);
      }
    }
    backup.parent().ifPresent(parent -> needed.merge(parent, -1, Integer::sum));
    removeData(id, all);
    for (ObjectInfo note : backup.notes()) {
      delete(note);
    }
    notes.unmark(id);
    expired.add(id);
  }

  /** One that is protected is not being removed after all; nobody has to shun it. */
  private void deleteManifest(BackupId id, ObjectInfo manifest) throws IOException {
    try {
      delete(manifest);
    } catch (ObjectProtectedException e) {
      notes.unmark(id);
      throw e;
    }
  }

  /** Goes on where an earlier run was stopped, unless somebody has published that backup again. */
  private void finish(BackupId id) throws IOException {
    List<ObjectInfo> all = destination.list(RepositoryLayout.prefix(id));
    if (all.stream().anyMatch(each -> each.key().equals(RepositoryLayout.manifest(id)))) {
      findings.add(Finding.info(id.toString(), "is published again; it stays for now"));
      return;
    }
    removeData(id, all);
    notes.unmark(id);
    expired.add(id);
  }

  /** Removes what is left of a backup without a manifest, its signature first. */
  private void removeData(BackupId id, List<ObjectInfo> all) throws IOException {
    List<ObjectInfo> rest = new ArrayList<>();
    for (ObjectInfo object : all) {
      if (object.key().equals(RepositoryLayout.signature(id))) {
        rest.add(0, object);
      } else if (!object.key().equals(RepositoryLayout.manifest(id))) {
        rest.add(object);
      }
    }
    removeAll(rest);
  }

  private void remove(RetentionPlan.Group group) throws IOException {
    List<ObjectInfo> all = group.objects();
    for (int from = 0; from < all.size(); from += OBJECTS_A_CONFIRMATION) {
      List<ObjectInfo> some =
          all.subList(from, Math.min(all.size(), from + OBJECTS_A_CONFIRMATION));
      lease.confirm();
      if (!step(group.prefix(), () -> removeAll(some))) {
        return; // One finding says enough of them all.
      }
    }
  }

  /**
   * Removes as many as it can.
   *
   * @throws ObjectProtectedException for the first that is protected, when the others are gone
   * @throws IOException for the first that could not be removed; the others are left
   */
  private void removeAll(List<ObjectInfo> all) throws IOException {
    Optional<ObjectProtectedException> protection = Optional.empty();
    for (ObjectInfo object : all) {
      try {
        delete(object);
      } catch (ObjectProtectedException e) {
        protection = protection.or(() -> Optional.of(e));
      }
    }
    if (protection.isPresent()) {
      throw protection.get();
    }
  }

  private void delete(ObjectInfo object) throws IOException {
    destination.delete(object.key());
    objects++;
    bytes += object.length();
  }
}
