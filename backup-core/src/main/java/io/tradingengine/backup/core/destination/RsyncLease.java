package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.spi.Lease;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The lease of a repository behind rsync, which has no operation that only one can win. So each run
 * writes a file of its own, {@code .lease-ID}, and only then looks for others': of two that try in
 * the same moment at least one sees the other, and who sees another's living file steps back. A
 * lease whose file was not written again for as long as it lasts is dead, by the times that the
 * host there gave to it and to the taker's own file.
 *
 * <p>What this does not withstand is a host there that shows one run what it does not show another
 * (caches of a network file system), and a clock there that jumps. That makes it {@link
 * Strength#ADVISORY}. Inside this JVM a system property, which all class loaders share, stands
 * before it and is exact.
 */
final class RsyncLease implements Lease {
  static final String PREFIX = ".lease-";

  private static final String PROPERTY = "io.tradingengine.backup.lock.";
  private static final int LOOKS = 6;

  private final RsyncLeaseStore store;
  private final RsyncLeaseTimes times;
  private final String id = UUID.randomUUID().toString();
  private final String note;
  private final String property;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread renewal;

  private long renewals;
  private volatile long renewed = System.nanoTime();
  private volatile @Nullable String lost;

  private RsyncLease(RsyncLeaseStore store, RsyncLeaseTimes times, String property, String note) {
    this.store = store;
    this.times = times;
    this.property = property;
    this.note = note;
    this.renewal = new Thread(this::renewAll, "rsync lease renewal");
    this.renewal.setDaemon(true);
  }

  /**
   * Takes the lease of a repository.
   *
   * @param repository how messages call it, and what it is in this JVM
   * @param note who takes it, for the message that others get
   */
  static RsyncLease take(
      RsyncLeaseStore store, RsyncLeaseTimes times, String repository, String note)
      throws IOException {
    String property = PROPERTY + repository;
    Object holder = System.getProperties().putIfAbsent(property, note);
    if (holder != null) {
      throw locked(repository, holder.toString(), "wait until it has finished");
    }
    RsyncLease lease = new RsyncLease(store, times, property, note);
    boolean taken = false;
    try {
      lease.ask(repository);
      taken = true;
      return lease;
    } finally {
      if (!taken) {
        System.getProperties().remove(property);
      }
    }
  }

  private String file() {
    return PREFIX + id;
  }

  private void ask(String repository) throws IOException {
    store.write(file(), RsyncLeaseFile.content(false, times.lasts(), note, 0));
    try {
      awaitNoOther(repository);
      if (!writeHeld()) {
        throw locked(repository, "another run", "try again; this host was too slow to take it");
      }
    } catch (IOException | RuntimeException e) {
      giveUp(e);
      throw e;
    }
    renewal.start();
  }

  private void giveUp(Exception e) {
    try {
      store.remove(List.of(file()));
    } catch (IOException suppressed) {
      e.addSuppressed(suppressed);
    }
  }

  /** Of those that try in the same moment, the one of the smallest id waits for others to go. */
  private void awaitNoOther(String repository) throws IOException {
    for (int look = 1; ; look++) {
      List<RsyncLeaseFile> leases = store.leases();
      RsyncLeaseFile own =
          own(leases)
              .orElseThrow(
                  () -> locked(repository, "another run", "try again; it took this for dead"));
      List<RsyncLeaseFile> living = livingOthers(leases, own.modified());
      List<String> dead =
          leases.stream()
              .filter(each -> !each.equals(own) && !living.contains(each))
              .map(each -> PREFIX + each.id())
              .toList();
      if (living.isEmpty() && dead.isEmpty()) {
        return;
      }
      if (living.isEmpty()) {
        // Looked at again: its owner may have woken up right before.
        store.remove(dead);
        continue;
      }
      boolean first = living.stream().allMatch(each -> !each.held() && id.compareTo(each.id()) < 0);
      if (!first || look == LOOKS) {
        throw locked(
            repository,
            living.get(0).note(),
            "wait until it has finished; if it was killed, its lease runs out "
                + living.get(0).lasts().toSeconds()
                + " s after it was renewed last");
      }
      pause();
    }
  }

  private void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(times.patience().toMillis());
    } catch (InterruptedException e) {
      throw RsyncException.interrupted("waiting for another run to step back", e);
    }
  }

  private Optional<RsyncLeaseFile> own(List<RsyncLeaseFile> leases) {
    return leases.stream().filter(each -> each.id().equals(id)).findFirst();
  }

  private List<RsyncLeaseFile> livingOthers(List<RsyncLeaseFile> leases, Instant there) {
    return leases.stream().filter(each -> !each.id().equals(id) && each.livesAt(there)).toList();
  }

  private static RepositoryLockedException locked(String repository, String holder, String hint) {
    return new RepositoryLockedException(repository + " is in use by " + holder, hint);
  }

  private boolean writeHeld() throws IOException {
    long asked = System.nanoTime();
    renewals++;
    boolean there =
        store.rewrite(file(), RsyncLeaseFile.content(true, times.lasts(), note, renewals));
    if (there) {
      renewed = asked;
    }
    return there;
  }

  /** Renews until closed or lost. A renewal that fails is tried again soon, while time is left. */
  private void renewAll() {
    long pause = times.renewal().toMillis();
    while (!closed.get() && lost == null) {
      try {
        TimeUnit.MILLISECONDS.sleep(pause);
        if (!writeHeld()) {
          lost = "another run took it for dead and removed it";
        }
        pause = times.renewal().toMillis();
      } catch (InterruptedException e) {
        return;
      } catch (IOException e) {
        // Whoever needs the lease is told by confirm(), which finds it old.
        pause = Math.max(1, times.renewal().toMillis() / 4);
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
      }
    }
  }

  @Override
  public Strength strength() {
    return Strength.ADVISORY;
  }

  @Override
  public void confirm() throws IOException {
    if (closed.get()) {
      throw lost("it was given back");
    }
    String reason = lost;
    if (reason == null && System.nanoTime() - renewed > times.lasts().toNanos()) {
      reason = "it could not be renewed for " + times.lasts().toSeconds() + " s";
    }
    if (reason == null) {
      reason = reasonThere();
    }
    if (reason != null) {
      lost = reason;
      throw lost(reason);
    }
  }

  private @Nullable String reasonThere() throws IOException {
    List<RsyncLeaseFile> leases = store.leases();
    Optional<RsyncLeaseFile> own = own(leases);
    if (own.isEmpty()) {
      return "another run took it for dead and removed it";
    }
    return livingOthers(leases, own.get().modified()).stream()
        .filter(RsyncLeaseFile::held)
        .findFirst()
        .map(other -> "it is with " + other.note())
        .orElse(null);
  }

  private static LeaseLostException lost(String reason) {
    return new LeaseLostException(
        "The lease of the repository is not held any more: " + reason, "run it again");
  }

  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      endRenewal();
      store.remove(List.of(file()));
    } finally {
      System.getProperties().remove(property);
    }
  }

  private void endRenewal() {
    renewal.interrupt();
    boolean interrupted = false;
    while (renewal.isAlive()) {
      try {
        renewal.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
