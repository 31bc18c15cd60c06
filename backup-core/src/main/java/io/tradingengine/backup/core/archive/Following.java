package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.ArchivingStatus.Activity;
import io.tradingengine.backup.ArchivingStatus.SourceStatus;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ChangeFollower;
import io.tradingengine.backup.spi.ChangeGapException;
import io.tradingengine.backup.spi.ContinuousSource;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one source: a thread runs its follower again and again, another cuts off what has come
 * in. Thread-safe.
 */
final class Following implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(Following.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration HEALTHY = Duration.ofSeconds(60);

  private final ContinuousSource source;
  private final String name;
  private final SourceArchive archive;
  private final ChangeFollower follower;
  private final Duration shipEvery;
  private final Thread runner;
  private final Thread cutter;
  private boolean stopped;
  private boolean ready;
  private volatile Activity activity = Activity.CONNECTING;
  private volatile @Nullable StreamPosition sampled;

  Following(ContinuousSource source, SourceArchive archive, Duration shipEvery) {
    this.source = source;
    this.name = source.name();
    this.archive = archive;
    this.shipEvery = shipEvery;
    this.follower = source.follower(archive);
    this.runner = Threads.daemon("backup-follow-" + name, this::follow);
    this.cutter = Threads.daemon("backup-cut-" + name, this::cut);
    archive.onReady(this::wake);
    archive.onFollowing(this::following);
  }

  void start() {
    runner.start();
    cutter.start();
  }

  String name() {
    return name;
  }

  SourceArchive archive() {
    return archive;
  }

  private void follow() {
    Duration pause = Duration.ofSeconds(1);
    try {
      while (!isStopped()) {
        long begin = System.nanoTime();
        if (!followOnce()) {
          return;
        }
        boolean healthy = System.nanoTime() - begin > HEALTHY.toNanos();
        pause = healthy ? Duration.ofSeconds(1) : pause;
        if (!rest(pause)) {
          return;
        }
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
      }
    } catch (InterruptedException e) {
      log.debug("{} is not followed any more", name);
    }
  }

  private void following() {
    activity = Activity.FOLLOWING;
    archive.clear(name);
  }

  /** Returns whether to try again. */
  private boolean followOnce() throws InterruptedException {
    activity = Activity.CONNECTING;
    try {
      follower.run();
      return !isStopped();
    } catch (ChangeGapException e) {
      log.error("{}: {}", name, e.getMessage());
      return true; // The follower has raised the alarm, and begins anew after the gap.
    } catch (BackupException e) {
      if (isStopped()) {
        return false;
      }
      activity = Activity.STOPPED;
      archive.report(
          Finding.error(
              name,
              "is not followed: " + e.getMessage(),
              e.hint().orElse("start archiving again when this is mended")));
      return false;
    } catch (IOException | RuntimeException e) {
      return failed(e);
    }
  }

  private boolean failed(Exception e) {
    if (isStopped()) {
      return false;
    }
    activity = Activity.WAITING;
    if (e instanceof RuntimeException) {
      log.error("{} is not followed, through a fault in this program", name, e);
    }
    String reason = e.getMessage() == null ? e.toString() : e.getMessage();
    archive.report(
        Finding.error(name, "is not followed at the moment: " + reason, "it is tried again"));
    return true;
  }

  private void cut() {
    try {
      while (awaitTick()) {
        cutOnce();
      }
    } catch (InterruptedException e) {
      log.debug("{} is not cut any more", name);
    }
  }

  private void cutOnce() throws InterruptedException {
    String subject = name + " (spool)";
    try {
      follower.cut();
      archive.clear(subject);
    } catch (IOException | RuntimeException e) {
      if (isStopped()) {
        return;
      }
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      archive.report(
          Finding.error(subject, "cannot be handed over: " + reason, "it is tried again"));
      log.warn("{} cannot be handed over", name, e);
    }
  }

  private synchronized boolean awaitTick() throws InterruptedException {
    long end = System.nanoTime() + shipEvery.toNanos();
    for (long left = shipEvery.toNanos(); !stopped && !ready && left > 0; ) {
      wait(left / 1_000_000 + 1);
      left = end - System.nanoTime();
    }
    ready = false;
    return !stopped;
  }

  /** Has the cutter at work at once. */
  synchronized void wake() {
    ready = true;
    notifyAll();
  }

  private synchronized boolean rest(Duration pause) throws InterruptedException {
    long end = System.nanoTime() + pause.toNanos();
    for (long left = pause.toNanos(); !stopped && left > 0; left = end - System.nanoTime()) {
      wait(left / 1_000_000 + 1);
    }
    return !stopped;
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  /** Where the store stood when a recovery point was sampled: how far behind this is. */
  void sampled(StreamPosition position) {
    sampled = position;
  }

  SourceStatus status() {
    Optional<StreamPosition> received = follower.received();
    Optional<StreamPosition> durable = follower.durable();
    Optional<StreamPosition> shipped = durable.flatMap(each -> archive.archived(each.stream()));
    return new SourceStatus(
        name, activity, text(received), text(durable), text(shipped), behind(durable));
  }

  private String text(Optional<StreamPosition> position) {
    return position.map(source::print).orElse("");
  }

  private OptionalLong behind(Optional<StreamPosition> durable) {
    StreamPosition store = sampled;
    if (store == null || durable.isEmpty() || !durable.get().stream().equals(store.stream())) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Math.max(0, store.offset() - durable.get().offset()));
  }

  /** Ends both threads; what has come in stays in the spool. */
  @Override
  public void close() {
    synchronized (this) {
      stopped = true;
      notifyAll();
    }
    follower.close();
    runner.interrupt();
    cutter.interrupt();
    Threads.join(List.of(runner, cutter));
  }
}
