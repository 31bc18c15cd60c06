package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.core.volume.ObjectSink;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Puts each object into every destination of a run, read once. Each destination has a {@link Lane}
 * of its own, with threads and a small buffer. A put returns as soon as one required destination
 * has the object, or any where none is required; a destination that has no room by then misses it,
 * and copies it later from one that has it. So the fastest sets the pace, and memory stays bounded
 * by the lanes' buffers. A destination that fails is given up, and the others go on. Thread-safe.
 */
final class FanOut implements ObjectSink, AutoCloseable {
  private final List<Lane> lanes = new ArrayList<>();
  private final List<Parcel> offered = new ArrayList<>();

  /** Starts the lanes of these destinations, in whose order copies are looked for. */
  FanOut(List<Target> targets) {
    for (Target target : targets) {
      lanes.add(new Lane(this, target, new ObjectCopier(target, targets)));
    }
    lanes.forEach(Lane::start);
  }

  /** How many more volumes than a run of one destination all lanes together can hold at once. */
  static int volumesHeld(Collection<Target> targets) {
    int all = targets.stream().mapToInt(target -> Lane.capacity(target.options())).sum();
    return Math.max(0, all - Lane.SMALLEST);
  }

  /** How many threads keep the busiest lane busy. */
  static int putters(Collection<Target> targets) {
    return targets.stream().mapToInt(target -> target.options().parallel()).max().orElse(1);
  }

  List<Lane> lanes() {
    return List.copyOf(lanes);
  }

  /**
   * Puts an object. On return it is durable in one destination at the least, and on its way to the
   * others.
   *
   * @throws IOException if no destination takes it
   */
  @Override
  public synchronized void put(ObjectKey key, Content content) throws IOException {
    Parcel parcel = new Parcel(key, content, lanes.stream().filter(Lane::alive).toList());
    offered.add(parcel);
    try {
      lanes.forEach(Lane::feed);
      while (!parcel.settled()) {
        await("putting " + key);
      }
    } finally {
      offered.remove(parcel);
      Set<Lane> missing = parcel.withdraw();
      missing.forEach(lane -> lane.missed(parcel.ref()));
    }
    if (!parcel.stored()) {
      throw failure(key);
    }
  }

  private IOException failure(ObjectKey key) {
    List<Exception> reasons = lanes.stream().flatMap(lane -> lane.failure().stream()).toList();
    String why =
        lanes.stream()
            .flatMap(
                lane -> lane.failure().map(e -> Messages.about(lane.target().name(), e)).stream())
            .collect(Collectors.joining("; "));
    IOException failure =
        new IOException(
            "no destination took " + key + ": " + why, reasons.isEmpty() ? null : reasons.get(0));
    reasons.stream().skip(1).forEach(failure::addSuppressed);
    return failure;
  }

  /** What is offered and not taken by all yet, the oldest first. Under the monitor. */
  List<Parcel> offered() {
    return offered;
  }

  /** Waits for a change. Under the monitor. */
  @SuppressWarnings("WaitNotInLoop") // whoever calls it does so in a loop
  private void await(String what) throws InterruptedIOException {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interruption = new InterruptedIOException("interrupted: " + what);
      interruption.initCause(e);
      throw interruption;
    }
  }

  /**
   * Gives up objects that were put: they are not brought to any destination any more. On return
   * none is being put, and the caller can remove them.
   */
  synchronized void forget(Set<ObjectKey> keys) {
    lanes.forEach(lane -> lane.forget(keys));
    lanes.forEach(Lane::feed);
    notifyAll();
    boolean interrupted = false;
    while (lanes.stream().anyMatch(lane -> lane.isPutting(keys))) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Lets every lane bring over what it has missed, and then finish. Returns when all required ones
   * have ended, and the others as well or their time is up.
   *
   * @param finisher ends a lane that has everything
   */
  synchronized void finish(Lane.Finisher finisher) throws InterruptedException {
    lanes.forEach(lane -> lane.finish(finisher));
    while (lanes.stream().anyMatch(lane -> lane.target().required() && !lane.ended())) {
      wait();
    }
    long begin = System.nanoTime();
    for (Lane lane : lanes) {
      while (!lane.ended()) {
        Duration left = lane.target().options().catchUp().minusNanos(System.nanoTime() - begin);
        if (left.toMillis() <= 0) {
          break;
        }
        wait(left.toMillis());
      }
    }
  }

  /** Stops all lanes; on return nothing is put any more. */
  @Override
  public void close() {
    synchronized (this) {
      lanes.forEach(Lane::stop);
    }
    lanes.forEach(Lane::join);
  }
}
