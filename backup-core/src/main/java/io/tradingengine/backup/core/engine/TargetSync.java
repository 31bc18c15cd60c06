package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.ReplicationReport.DestinationOutcome;
import io.tradingengine.backup.ReplicationRequest.Check;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.catalog.Notes;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Brings one destination up to date: backup by backup, oldest first, data before its manifest. What
 * is there is left, what is missing copied, and what is damaged replaced. Run by one thread, which
 * uses others.
 */
final class TargetSync implements SideBySide.Task {
  private final Target target;
  private final List<Target> sources;
  private final Inventory inventory;
  private final Terms terms;
  private final ObjectSync objects;
  private final List<BackupId> brought = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  /** Asks whether the lease is still held. */
  interface Confirmation {
    void confirm() throws IOException;
  }

  /**
   * How it is done.
   *
   * @param check how closely what is there is looked at
   * @param unwanted what it does not have, and its retention would remove at once
   * @param lease asked before anything is published
   */
  record Terms(Check check, Expiry.Unwanted unwanted, Confirmation lease) {}

  TargetSync(Target target, List<Target> sources, Inventory inventory, Terms terms) {
    this.target = target;
    this.sources = sources;
    this.inventory = inventory;
    this.terms = terms;
    this.objects = new ObjectSync(target, new ObjectCopier(target, sources));
  }

  Target target() {
    return target;
  }

  @Override
  public String name() {
    return target.name();
  }

  /** What was done; read when it has ended. */
  DestinationOutcome outcome() {
    return new DestinationOutcome(
        target.name(), brought, objects.copied(), objects.healed(), objects.bytes(), findings);
  }

  @Override
  public void run() throws IOException, InterruptedException {
    try {
      for (BackupId id : inventory.ids()) {
        if (!terms.unwanted().backups().contains(id)) {
          backup(id);
        }
      }
      LogSync logs = new LogSync(target, sources, terms.unwanted().objects(), objects);
      findings.addAll(logs.run());
    } catch (LeaseLostException e) {
      error(target.name(), Messages.of(e), e.hint().orElse("run it again"));
    } catch (IOException | BackupException e) {
      RunRegistry.rethrowInterruption(e);
      error(target.name(), Messages.of(e), "mend that, and replicate again: it goes on from there");
    }
  }

  private void backup(BackupId id) throws IOException, InterruptedException {
    Inventory.Candidate right = inventory.manifest(id).orElse(null);
    if (right == null) {
      error(
          id.toString(),
          "has no manifest that is whole, or several that differ, and none can be told right",
          "restore another backup; remove this one by hand if nothing else helps");
      return;
    }
    boolean listed = inventory.has(target, right);
    List<ObjectSync.Work> work = work(right.manifest(), listed);
    List<ObjectKey> lost = objects.execute(work);
    if (!lost.isEmpty()) {
      error(
          id.toString(),
          "cannot be made whole, no destination has " + Messages.some(lost),
          "restore another backup, and take a new one");
      return;
    }
    if (!listed) {
      terms.lease().confirm();
      // Retention had begun to remove it here, and wants it again.
      Notes notes = new Notes(target.destination());
      if (notes.read().marked().contains(id)) {
        notes.unmark(id);
      }
      target.catalog().replace(right.sealed());
      new NotesSync(target, sources).copy(id);
    }
    if (!listed || !work.isEmpty()) {
      brought.add(id);
    }
  }

  /** What is missing, of another length, or by its bytes another one. */
  private List<ObjectSync.Work> work(Manifest manifest, boolean listed)
      throws IOException, InterruptedException {
    Map<ObjectKey, Long> there = target.catalog().lengths(manifest.id());
    List<ObjectSync.Work> work = new ArrayList<>();
    List<StoredRef> unread = new ArrayList<>();
    manifest
        .volumes()
        .map(StoredRef::of)
        .forEach(
            ref -> {
              Long length = there.get(ref.key());
              if (length == null) {
                work.add(new ObjectSync.Work(ref, ObjectSync.Action.COPY));
              } else if (length != ref.length()) {
                work.add(new ObjectSync.Work(ref, ObjectSync.Action.HEAL));
              } else {
                unread.add(ref);
              }
            });
    // What stands there without a manifest was left by a run that did not get to its end: its
    // bytes were never vouched for here.
    if (terms.check() == Check.BYTES || !listed) {
      objects.damaged(unread).stream()
          .map(ref -> new ObjectSync.Work(ref, ObjectSync.Action.HEAL))
          .forEach(work::add);
    }
    return work;
  }

  private void error(String subject, String message, String hint) {
    findings.add(Finding.error(subject, message, hint));
  }
}
