package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.ArchivingStatus.DestinationStatus;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ships the spool's objects to one destination, in order, on a thread of its own: a recovery point
 * never arrives before what it needs. What fails is tried again until it succeeds. State is guarded
 * by the shipping's monitor.
 */
final class Lane {
  private static final Logger log = LoggerFactory.getLogger(Lane.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Shipping shipping;
  private final Outlet outlet;
  private final Alarms alarms;
  private final Deque<SpooledObject> waiting = new ArrayDeque<>();
  private final Thread thread;
  private long waitingBytes;
  private long dropped;
  private boolean shipsNow;
  private boolean stopped;
  private @Nullable String failure;
  private @Nullable RecoveryPoint lastPoint;

  Lane(Shipping shipping, Outlet outlet, Alarms alarms) {
    this.shipping = shipping;
    this.outlet = outlet;
    this.alarms = alarms;
    this.thread = new Thread(this::work, "backup-ship-" + outlet.name());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  Outlet outlet() {
    return outlet;
  }

  void add(SpooledObject object) {
    waiting.add(object);
    waitingBytes += object.content().length();
  }

  /** Whether it still has to ship an object; they are shipped in order. */
  boolean awaits(SpooledObject object) {
    SpooledObject first = waiting.peek();
    return first != null
        && first.number() <= object.number()
        && (dropped == 0 || waiting.contains(object));
  }

  Stream<ObjectKey> keys() {
    return waiting.stream().map(SpooledObject::key);
  }

  Optional<RecoveryPoint> lastPoint() {
    return Optional.ofNullable(lastPoint);
  }

  private void work() {
    try {
      for (SpooledObject object = next(); object != null; object = next()) {
        ship(object);
      }
    } catch (InterruptedException e) {
      log.debug("{} is not shipped to any more", outlet.name());
    } catch (Throwable e) { // whatever it is, somebody has to hear of it
      alarms.report(
          outlet.name(),
          Finding.error(
              outlet.name(),
              "gets nothing any more, through a fault in this program: " + e,
              "start archiving anew, and report this"));
      log.error("Shipping to {} has ended", outlet.name(), e);
    }
  }

  private @Nullable SpooledObject next() throws InterruptedException {
    synchronized (shipping) {
      while (!stopped && waiting.isEmpty()) {
        shipping.wait();
      }
      shipsNow = !stopped;
      return stopped ? null : waiting.peek();
    }
  }

  private void ship(SpooledObject object) throws InterruptedException {
    Duration pause = Duration.ofSeconds(1);
    while (!put(object)) {
      if (!rest(pause)) {
        return;
      }
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }
    removeReplaced(object);
    synchronized (shipping) {
      shipsNow = false;
      failure = null;
      // It may have been dropped meanwhile, as the spool was full.
      if (awaits(object)) {
        waiting.remove();
        waitingBytes -= object.content().length();
      }
      object.purpose().point().ifPresent(point -> lastPoint = point);
      shipping.shipped(object);
    }
    alarms.clear(outlet.name(), outlet.name());
  }

  private boolean put(SpooledObject object) throws InterruptedException {
    try {
      outlet.destination().put(object.key(), object.content());
      return true;
    } catch (FileAlreadyExistsException e) {
      // A name says for ever what is in it: somebody has stored the same, encrypted another time.
      return true;
    } catch (IOException | RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw interruption(e);
      }
      failed(object, e);
      return false;
    }
  }

  private static InterruptedException interruption(Exception cause) {
    InterruptedException interruption = new InterruptedException();
    interruption.initCause(cause);
    return interruption;
  }

  private void failed(SpooledObject object, Exception e) {
    String reason = e.getMessage() == null ? e.toString() : e.getMessage();
    int count;
    synchronized (shipping) {
      failure = reason;
      count = waiting.size();
    }
    String message = "takes no archived changes: " + reason;
    String hint = "they wait in the spool, and are shipped as soon as it does";
    alarms.report(
        outlet.name(),
        outlet.required()
            ? Finding.error(outlet.name(), message, hint)
            : Finding.warning(outlet.name(), message, hint));
    log.warn("{} does not take {} ({} wait): {}", outlet.name(), object.key(), count, reason);
  }

  /** Waits, unless it is over; returns whether it goes on. */
  private boolean rest(Duration pause) throws InterruptedException {
    long end = System.nanoTime() + pause.toNanos();
    synchronized (shipping) {
      for (long left = pause.toNanos(); !stopped && left > 0; left = end - System.nanoTime()) {
        shipping.wait(left / 1_000_000 + 1);
      }
      return !stopped;
    }
  }

  /** What cannot be removed takes up space until retention comes by; nobody reads it. */
  private void removeReplaced(SpooledObject object) {
    Optional<String> prefix = object.purpose().replaces();
    if (prefix.isEmpty()) {
      return;
    }
    String own = object.purpose().owner().orElse(object.key().value());
    try {
      Destination destination = outlet.destination();
      for (ObjectInfo each : destination.list(prefix.get())) {
        if (!isPartOf(each.key(), own)) {
          destination.delete(each.key());
        }
      }
    } catch (IOException | RuntimeException e) {
      log.debug("{} keeps what {} replaces: {}", outlet.name(), object.key(), e.toString());
    }
  }

  private static boolean isPartOf(ObjectKey key, String piece) {
    return key.value().equals(piece) || key.value().startsWith(piece + ".");
  }

  /** Gives up what waits and is not needed; what is being shipped right now stays. */
  List<SpooledObject> drop(Predicate<SpooledObject> unneeded) {
    SpooledObject current = shipsNow && failure == null ? waiting.peek() : null;
    List<SpooledObject> gone =
        waiting.stream()
            .filter(object -> current == null || object.number() != current.number())
            .filter(unneeded)
            .toList();
    waiting.removeAll(gone);
    gone.forEach(object -> waitingBytes -= object.content().length());
    dropped += gone.size();
    if (!gone.isEmpty()) {
      alarms.report(
          outlet.name(),
          Finding.error(
              outlet.name() + " (dropped)",
              "lacks " + dropped + " archived objects, as the spool was full",
              "replicate brings them there from the other destinations"));
    }
    return gone;
  }

  DestinationStatus status(Instant now) {
    SpooledObject oldest = waiting.peek();
    Duration lag =
        oldest == null || oldest.since().isAfter(now)
            ? Duration.ZERO
            : Duration.between(oldest.since(), now);
    return new DestinationStatus(
        outlet.name(), waiting.size(), waitingBytes, lag, Optional.ofNullable(failure));
  }

  void stop() {
    stopped = true;
    thread.interrupt();
  }

  Thread thread() {
    return thread;
  }
}
