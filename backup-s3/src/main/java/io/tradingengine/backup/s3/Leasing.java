package io.tradingengine.backup.s3;

import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.s3.LeaseObject.Seen;
import io.tradingengine.backup.spi.Lease;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Takes the lease of a repository. Safe for concurrent use. */
final class Leasing {
  private static final int ATTEMPTS = 5;
  // The store's times are cut to seconds, once in either header.
  private static final Duration MARGIN = Duration.ofSeconds(2);
  private static final Duration SETTLING = Duration.ofSeconds(1);
  private static final int REQUESTS_PER_TTL = 4;

  private final LeaseObject object;
  private final Conditions conditions;
  private final Duration ttl;
  // One thread at a time asks: the others then see its lease, whatever the store's conditions do.
  private final ReentrantLock turn = new ReentrantLock();

  /**
   * Takes leases of a store.
   *
   * @param ttl how long one lasts after it was last renewed
   */
  Leasing(Store store, Conditions conditions, Duration ttl) {
    this.object = new LeaseObject(store, ttl.dividedBy(REQUESTS_PER_TTL));
    this.conditions = conditions;
    this.ttl = ttl;
  }

  /**
   * Takes the lease. Threads of one instance try one after the other, so that among them one alone
   * gets it whatever the store can do.
   *
   * @throws RepositoryLockedException if another holds it
   */
  synchronized Lease take(String owner) throws IOException {
    LeaseText text = new LeaseText(note(owner), UUID.randomUUID().toString(), 1, ttl, true);
    boolean atomic = conditions.honoured().all();
    try {
      turn.lockInterruptibly();
    } catch (InterruptedException e) {
      throw interrupted();
    }
    try {
      return atomic ? takeAtomically(text) : takeAndLook(text);
    } finally {
      turn.unlock();
    }
  }

  private Lease takeAtomically(LeaseText text) throws IOException {
    IOException failure = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        Optional<Seen> seen = object.read();
        if (seen.isPresent() && seen.get().text().id().equals(text.id())) {
          return S3Lease.renewed(object, seen.get()); // written by us, but the answer was lost
        }
        if (seen.isPresent()) {
          requireFree(seen.get());
        }
        long started = System.nanoTime();
        Optional<String> etag =
            seen.isPresent() ? object.replace(text, seen.get().etag()) : object.create(text);
        if (etag.isPresent()) {
          return S3Lease.held(object, text, etag.get(), started);
        }
      } catch (AccessDeniedException | InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        // It may be written all the same: the next attempt reads it.
        failure = e;
      }
    }
    throw failure != null
        ? failure
        : new IOException(
            "Cannot lock " + object.place() + ": others take and free it all the time");
  }

  /** Without conditions: writes, waits for others who write in the same moment, and looks. */
  private Lease takeAndLook(LeaseText text) throws IOException {
    Optional<Seen> before = object.read();
    if (before.isPresent()) {
      requireFree(before.get());
    }
    long started = System.nanoTime();
    object.overwrite(text);
    pause(SETTLING.compareTo(ttl) < 0 ? SETTLING : ttl.dividedBy(REQUESTS_PER_TTL));
    Optional<Seen> after = object.read();
    if (after.isEmpty() || !after.get().text().id().equals(text.id())) {
      throw locked(after.map(Seen::text).orElse(null));
    }
    return S3Lease.advisory(object, text, started);
  }

  private void requireFree(Seen seen) throws IOException {
    if (seen.text().held() && !expired(seen)) {
      throw locked(seen.text());
    }
  }

  /**
   * Whether nobody has renewed it for as long as it lasts. Both times that are compared are the
   * store's; where it does not tell the time, the lease is watched by our own clock. No two hosts'
   * clocks are ever compared.
   */
  private boolean expired(Seen seen) throws IOException {
    Duration lasts = seen.text().ttl().plus(MARGIN);
    if (seen.age().isPresent()) {
      return seen.age().get().compareTo(lasts) > 0;
    }
    long start = System.nanoTime();
    while (System.nanoTime() - start <= lasts.toNanos()) {
      pause(seen.text().ttl().dividedBy(REQUESTS_PER_TTL));
      Optional<Seen> now = object.read();
      if (now.isEmpty() || !now.get().etag().equals(seen.etag())) {
        return false;
      }
    }
    return true;
  }

  private static void pause(Duration duration) throws IOException {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while taking the lease");
  }

  private RepositoryLockedException locked(@Nullable LeaseText holder) {
    return new RepositoryLockedException(
        object.place() + " is in use by " + (holder == null ? "another run" : holder.owner()),
        "wait until it has finished; a lease whose holder has died runs out after "
            + (holder == null ? ttl : holder.ttl()).toSeconds()
            + " s");
  }

  private static String note(String owner) {
    return owner
        + " (process "
        + ProcessHandle.current().pid()
        + " on "
        + hostName()
        + ", since "
        + Instant.now().truncatedTo(ChronoUnit.SECONDS)
        + ")";
  }

  /** Without a name service, which may be slow or wrong. */
  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim();
    } catch (IOException e) {
      return "this host";
    }
  }
}
