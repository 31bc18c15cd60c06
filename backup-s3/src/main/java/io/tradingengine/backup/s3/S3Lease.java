package io.tradingengine.backup.s3;

import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.s3.LeaseObject.Seen;
import io.tradingengine.backup.spi.Lease;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A lease that is held, and renewed by a thread of its own while it is. It counts as lost as soon
 * as it was not renewed for as long as it lasts by this process's clock, which others cannot think
 * earlier: they count from when the store received the last renewal. Safe for concurrent use.
 */
final class S3Lease implements Lease {
  private static final int ATTEMPTS = 3;
  private static final int RENEWALS_PER_TTL = 3;
  private static final int RETRIES_PER_RENEWAL = 4;

  private final LeaseObject object;
  private final Strength strength;
  private final CountDownLatch ended = new CountDownLatch(1);

  private LeaseText text;
  private String etag;
  private long renewed; // nanoTime before the last write that succeeded was sent
  private @Nullable String lost; // why
  private @Nullable IOException failure; // of the last renewal
  private boolean closed;

  private S3Lease(
      LeaseObject object, Strength strength, LeaseText text, String etag, long renewed) {
    this.object = object;
    this.strength = strength;
    this.text = text;
    this.etag = etag;
    this.renewed = renewed;
  }

  /** A lease that was just written, under conditions. */
  static S3Lease held(LeaseObject object, LeaseText text, String etag, long started) {
    return new S3Lease(object, Strength.EXPIRING, text, etag, started).start();
  }

  /** A lease of ours that was written at some time; made sure of by renewing it. */
  static S3Lease renewed(LeaseObject object, Seen seen) throws IOException {
    long now = System.nanoTime();
    S3Lease lease = new S3Lease(object, Strength.EXPIRING, seen.text(), seen.etag(), now);
    lease.renew();
    return lease.start();
  }

  /** A lease that was just written in a store without conditions. */
  static S3Lease advisory(LeaseObject object, LeaseText text, long started) {
    return new S3Lease(object, Strength.ADVISORY, text, "", started).start();
  }

  private S3Lease start() {
    Thread thread = new Thread(this::keepRenewing, "backup-s3-lease");
    thread.setDaemon(true);
    thread.start();
    return this;
  }

  private void keepRenewing() {
    long usual = text.ttl().toNanos() / RENEWALS_PER_TTL;
    long pause = usual;
    try {
      while (!ended.await(pause, TimeUnit.NANOSECONDS)) {
        pause = renewOrNote() ? usual : usual / RETRIES_PER_RENEWAL;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does; if so, it runs out, which confirm says
    }
  }

  /** Renews it; what goes wrong is said to who confirms the lease. */
  private synchronized boolean renewOrNote() {
    try {
      if (!closed) {
        renew();
      }
      return true;
    } catch (LeaseLostException e) {
      ended.countDown();
      return true;
    } catch (IOException e) {
      failure = e;
      return false;
    }
  }

  @Override
  public Strength strength() {
    return strength;
  }

  @Override
  public synchronized void confirm() throws IOException {
    renew();
  }

  private synchronized void renew() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      requireHeld();
      long started = System.nanoTime();
      LeaseText next = text.next(true);
      Optional<String> written =
          strength == Strength.EXPIRING ? object.replace(next, etag) : overwrite(next);
      if (written.isPresent()) {
        text = next;
        etag = written.get();
        renewed = started;
        failure = null;
        requireHeld(); // the answer may have taken longer than the lease lasts
        return;
      }
      // Refused: another has it, or an earlier write of ours arrived whose answer was lost.
      adopt(mine());
    }
    throw new IOException("Cannot renew the lease of " + object.place() + ": it keeps changing");
  }

  private void adopt(Seen seen) {
    text = seen.text();
    etag = seen.etag();
  }

  private Optional<String> overwrite(LeaseText next) throws IOException {
    Seen seen = mine();
    object.overwrite(next);
    return Optional.of(seen.etag());
  }

  /** The lease as the store has it, if it is this one. */
  private Seen mine() throws IOException {
    Optional<Seen> seen = object.read();
    if (seen.isPresent() && seen.get().text().id().equals(text.id())) {
      return seen.get();
    }
    lost = seen.map(each -> "was taken over by " + each.text().owner()).orElse("was removed");
    throw lost(lost);
  }

  private void requireHeld() {
    if (lost == null && System.nanoTime() - renewed > text.ttl().toNanos()) {
      lost =
          "ran out: it was not renewed for "
              + text.ttl().toMillis()
              + " ms"
              + (failure == null ? "" : " (" + failure.getMessage() + ")");
    }
    if (closed || lost != null) {
      throw lost(closed ? "is not held any more" : String.valueOf(lost));
    }
  }

  private LeaseLostException lost(String how) {
    return new LeaseLostException(
        "The lease of " + object.place() + " " + how, closed ? null : "run it again; that is safe");
  }

  /** Marks it as free, unless another has it; that is never touched. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    ended.countDown();
    // A cancelled run gives it back as well: the next one need not wait until it runs out.
    boolean interrupted = Thread.interrupted();
    try {
      giveBack();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void giveBack() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (strength == Strength.EXPIRING && object.replace(text.next(false), etag).isPresent()) {
        return;
      }
      Optional<Seen> seen = object.read();
      if (seen.isEmpty() || !seen.get().text().id().equals(text.id())) {
        return;
      }
      adopt(seen.get());
      if (strength == Strength.ADVISORY) {
        object.overwrite(text.next(false));
        return;
      }
    }
  }
}
