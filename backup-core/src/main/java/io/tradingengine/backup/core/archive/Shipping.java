package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.ArchivingStatus.DestinationStatus;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Sends the spool's objects to every destination: each on its own, so that one that is down keeps
 * no other waiting. An object leaves the spool once all have it. The spool is bounded; when that is
 * reached, what only best-effort destinations wait for is given up, and else whoever hands
 * something over waits. Thread-safe.
 */
final class Shipping implements Closeable {
  private static final String SPOOL = "spool";
  private static final double NEAR = 0.8;

  private final Spool spool;
  private final long limit;
  private final Alarms alarms;
  private final List<Lane> lanes;
  private final Set<Long> inSpool = new HashSet<>();
  private long bytes;
  private boolean closed;

  Shipping(Spool spool, long limit, List<Outlet> outlets, Alarms alarms) {
    this.spool = spool;
    this.limit = limit;
    this.alarms = alarms;
    this.lanes = outlets.stream().map(outlet -> new Lane(this, outlet, alarms)).toList();
  }

  /** Begins with what an earlier process left. */
  void start() throws IOException {
    spool.recover().forEach(this::add);
    lanes.forEach(Lane::start);
  }

  /** Takes an object that is durable in the spool. */
  synchronized void add(SpooledObject object) {
    inSpool.add(object.number());
    bytes += object.content().length();
    lanes.forEach(lane -> lane.add(object));
    notifyAll();
  }

  /** A destination has an object, or has given it up. */
  synchronized void shipped(SpooledObject object) {
    if (lanes.stream().noneMatch(lane -> lane.awaits(object))) {
      remove(object);
    }
    notifyAll();
  }

  private void remove(SpooledObject object) {
    if (!inSpool.remove(object.number())) {
      return;
    }
    bytes -= object.content().length();
    try {
      spool.remove(object);
    } catch (IOException e) {
      alarms.report(
          SPOOL,
          Finding.warning(
              SPOOL, "cannot remove " + object.content().file() + ": " + e.getMessage(), ""));
    }
  }

  /**
   * Waits while the spool is full.
   *
   * @throws IOException if its folder cannot be read
   */
  void awaitRoom() throws IOException, InterruptedException {
    boolean waited = false;
    while (true) {
      long used = used();
      synchronized (this) {
        if (used < limit || closed) {
          break;
        }
        if (giveUpForOthers() == 0) {
          waited = true;
          alarms.report(
              SPOOL,
              Finding.error(
                  SPOOL,
                  "is full with " + (used >> 20) + " MiB: nothing more is received",
                  "make the destinations reachable, or raise spool-limit; the stores keep their"
                      + " changes until then, as far as they can"));
          wait(1000);
        }
      }
    }
    if (!waited) {
      warnIfNear();
    }
  }

  private void warnIfNear() throws IOException {
    long used = used();
    if (used > limit * NEAR) {
      alarms.report(
          SPOOL,
          Finding.error(
              SPOOL,
              "holds " + (used >> 20) + " MiB of at most " + (limit >> 20) + " MiB",
              "a destination does not keep up: see to it before the spool is full"));
    } else {
      alarms.clear(SPOOL, SPOOL);
    }
  }

  private long used() throws IOException {
    long receiving = spool.receiving();
    synchronized (this) {
      return bytes + receiving;
    }
  }

  /** What every required destination has need not be kept for the others. */
  private int giveUpForOthers() {
    List<Lane> required = lanes.stream().filter(lane -> lane.outlet().required()).toList();
    if (required.isEmpty()) {
      return 0;
    }
    Predicate<SpooledObject> unneeded =
        object -> required.stream().noneMatch(lane -> lane.awaits(object));
    int count = 0;
    for (Lane lane : lanes) {
      if (!lane.outlet().required()) {
        List<SpooledObject> gone = lane.drop(unneeded);
        count += gone.size();
        gone.forEach(this::shipped);
      }
    }
    return count;
  }

  /** The newest recovery point that every required destination has. */
  synchronized Optional<RecoveryPoint> lastPoint() {
    List<Lane> counted =
        lanes.stream().anyMatch(lane -> lane.outlet().required())
            ? lanes.stream().filter(lane -> lane.outlet().required()).toList()
            : lanes;
    if (counted.stream().anyMatch(lane -> lane.lastPoint().isEmpty())) {
      return Optional.empty();
    }
    return counted.stream()
        .flatMap(lane -> lane.lastPoint().stream())
        .min(Comparator.comparing(RecoveryPoint::at));
  }

  /**
   * Waits until every required destination has an object.
   *
   * @return the names of those that do not have it yet
   */
  synchronized List<String> await(SpooledObject object, Duration patience)
      throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    List<String> late = late(object);
    while (!late.isEmpty() && !closed && System.nanoTime() < end) {
      wait(100);
      late = late(object);
    }
    return late;
  }

  private List<String> late(SpooledObject object) {
    return lanes.stream()
        .filter(lane -> lane.outlet().required() && lane.awaits(object))
        .map(lane -> lane.outlet().name())
        .toList();
  }

  /** The keys of all that the spool holds. */
  synchronized Set<ObjectKey> waiting() {
    return lanes.stream().flatMap(Lane::keys).collect(Collectors.toSet());
  }

  synchronized long bytes() {
    return bytes;
  }

  synchronized List<DestinationStatus> status(Instant now) {
    return lanes.stream().map(lane -> lane.status(now)).toList();
  }

  /** Ends; what was not shipped stays in the spool. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      lanes.forEach(Lane::stop);
      notifyAll();
    }
    Threads.join(lanes.stream().map(Lane::thread).toList());
  }
}
