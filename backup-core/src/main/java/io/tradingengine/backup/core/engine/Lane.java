package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.spi.DestinationOptions;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One destination's part in a {@link FanOut}: threads that put what it has taken, and when all has
 * been captured copy what it has missed. State is guarded by the fan-out's monitor.
 */
final class Lane {
  /** What may wait while all threads are at work, so that a moment's pause misses nothing. */
  private static final int WAITING = 2;

  /** The capacity of the lane that a run of one destination by default has. */
  static final int SMALLEST = 2 + WAITING;

  /** Ends a destination that has everything. */
  interface Finisher {
    void finish(Target target) throws IOException;
  }

  private interface Job {
    void run() throws IOException;
  }

  private final FanOut fanOut;
  private final Target target;
  private final ObjectCopier copier;
  private final List<Thread> threads = new ArrayList<>();
  private final Deque<Parcel> queue = new ArrayDeque<>();
  private final Deque<StoredRef> missed = new ArrayDeque<>();
  private final Set<ObjectKey> working = new HashSet<>();
  private @Nullable Finisher finisher;
  private boolean finishing;
  private boolean finished;
  private boolean stopped;
  private @Nullable Exception failure;

  Lane(FanOut fanOut, Target target, ObjectCopier copier) {
    this.fanOut = fanOut;
    this.target = target;
    this.copier = copier;
  }

  /** How many objects a destination can have taken and not put yet. */
  static int capacity(DestinationOptions options) {
    return options.parallel() + WAITING;
  }

  void start() {
    for (int i = 1; i <= target.options().parallel(); i++) {
      Thread thread = new Thread(this::work, "backup-put-" + target.name() + "-" + i);
      thread.setDaemon(true);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  Target target() {
    return target;
  }

  /** Whether it still takes anything. */
  boolean alive() {
    return failure == null && !stopped;
  }

  Optional<Exception> failure() {
    synchronized (fanOut) {
      return Optional.ofNullable(failure);
    }
  }

  /** Whether the destination has everything, and was finished. */
  boolean finished() {
    synchronized (fanOut) {
      return finished;
    }
  }

  /** Whether nothing is done any more. */
  boolean ended() {
    return finished || !alive();
  }

  /** How many objects it has not got yet. */
  int behind() {
    synchronized (fanOut) {
      return queue.size() + working.size() + missed.size();
    }
  }

  /** Takes what is offered, as far as there is room. */
  void feed() {
    for (Parcel parcel : fanOut.offered()) {
      if (!alive() || queue.size() + working.size() >= capacity(target.options())) {
        return;
      }
      if (parcel.takenBy(this)) {
        queue.add(parcel);
        fanOut.notifyAll();
      }
    }
  }

  void missed(StoredRef ref) {
    missed.add(ref);
    fanOut.notifyAll();
  }

  void forget(Set<ObjectKey> keys) {
    missed.removeIf(ref -> keys.contains(ref.key()));
    queue.removeIf(
        parcel -> {
          boolean forgotten = keys.contains(parcel.key());
          if (forgotten) {
            parcel.ended(this, false);
          }
          return forgotten;
        });
  }

  boolean isPutting(Set<ObjectKey> keys) {
    return working.stream().anyMatch(keys::contains);
  }

  void finish(Finisher end) {
    finisher = end;
    fanOut.notifyAll();
  }

  private void work() {
    try {
      for (Job job = next(); job != null; job = next()) {
        job.run();
      }
    } catch (Throwable e) { // whatever it is, the run must hear of it
      failed(e);
    }
  }

  private @Nullable Job next() throws InterruptedException {
    synchronized (fanOut) {
      while (alive()) {
        Job job = pick();
        if (job != null) {
          return job;
        }
        fanOut.wait();
      }
      return null;
    }
  }

  private @Nullable Job pick() {
    Parcel parcel = queue.poll();
    if (parcel != null) {
      working.add(parcel.key());
      return () -> put(parcel);
    }
    Finisher end = finisher;
    if (end == null) {
      return null;
    }
    StoredRef ref = missed.poll();
    if (ref != null) {
      working.add(ref.key());
      return () -> copy(ref);
    }
    if (!working.isEmpty() || finishing) {
      return null;
    }
    finishing = true;
    return () -> finishNow(end);
  }

  private void put(Parcel parcel) throws IOException {
    try {
      target.destination().put(parcel.key(), parcel.content());
    } catch (Throwable e) {
      synchronized (fanOut) {
        // Before anybody can see that it was not put: whoever waits for it wants to know why.
        failed(e);
        ended(parcel, false);
      }
      throw e;
    }
    synchronized (fanOut) {
      ended(parcel, true);
      feed();
    }
  }

  private void ended(Parcel parcel, boolean put) {
    working.remove(parcel.key());
    parcel.ended(this, put);
    fanOut.notifyAll();
  }

  private void copy(StoredRef ref) throws IOException {
    boolean copied = false;
    try {
      copier.copy(ref);
      copied = true;
    } finally {
      synchronized (fanOut) {
        working.remove(ref.key());
        if (!copied) {
          missed.addFirst(ref);
        }
        fanOut.notifyAll();
      }
    }
  }

  private void finishNow(Finisher end) throws IOException {
    end.finish(target);
    synchronized (fanOut) {
      finished = true;
      fanOut.notifyAll();
    }
  }

  private void failed(Throwable e) {
    synchronized (fanOut) {
      if (alive()) {
        failure = e instanceof Exception exception ? exception : new IOException(e.toString(), e);
      }
      end();
    }
  }

  /** Stops its threads; what they have not put by then stays missing. */
  void stop() {
    stopped = true;
    end();
  }

  private void end() {
    queue.forEach(
        parcel -> {
          missed.add(parcel.ref());
          parcel.ended(this, false);
        });
    queue.clear();
    fanOut.offered().forEach(parcel -> parcel.leftBy(this));
    for (Thread thread : threads) {
      if (thread != Thread.currentThread()) {
        thread.interrupt();
      }
    }
    fanOut.notifyAll();
  }

  /** Waits until its threads have ended. */
  void join() {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
