package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.core.catalog.Repository;
import io.tradingengine.backup.spi.Lease;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run that writes or removes holds: the leases of all destinations that can be reached.
 * Those that cannot are remembered with the reason. Used by one thread; closing gives all back.
 */
final class WriteAccess implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(WriteAccess.class);

  private final Map<Target, Lease> held = new LinkedHashMap<>();
  private final Map<Target, Exception> absent = new LinkedHashMap<>();

  private WriteAccess() {}

  /**
   * Takes the leases, in the order configured.
   *
   * @param owner who takes them, for the message that others get
   * @throws io.tradingengine.backup.RepositoryLockedException if another run holds one
   * @throws IOException if no destination can be reached
   */
  static WriteAccess take(List<Target> targets, String owner) throws IOException {
    WriteAccess access = new WriteAccess();
    try {
      for (Target target : targets) {
        access.take(target, owner);
      }
      access.requireAny();
      return access;
    } catch (IOException | RuntimeException e) {
      access.close();
      throw e;
    }
  }

  private void take(Target target, String owner) throws IOException {
    try {
      held.put(target, target.destination().lock(owner));
    } catch (IOException e) {
      RunRegistry.rethrowInterruption(e);
      absent.put(target, e);
    }
  }

  /** The destinations that can be written to, in the order configured. */
  List<Target> targets() {
    return List.copyOf(held.keySet());
  }

  /** Why the others cannot. */
  Map<Target, Exception> absent() {
    return Map.copyOf(absent);
  }

  Lease lease(Target target) {
    Lease lease = held.get(target);
    if (lease == null) {
      throw new IllegalArgumentException(target + " is not held");
    }
    return lease;
  }

  /** Makes sure that another run cannot have begun where this one still writes. */
  void confirm() throws IOException {
    for (Lease lease : held.values()) {
      lease.confirm();
    }
  }

  /**
   * Makes every destination a repository, unless it is one. One that fails at it is absent from
   * then on.
   *
   * @param name the system's name
   * @throws BackupException if the destinations do not hold one and the same repository
   * @throws IOException if none is left
   */
  Repository prepare(String name, Clock clock) throws IOException {
    Repository repository = known().orElseGet(() -> fresh(name, clock));
    for (Target target : targets()) {
      try {
        Repository found = target.catalog().initialise(repository);
        if (!found.id().equals(repository.id())) {
          throw new BackupException(
              target.name()
                  + " holds another repository of '"
                  + name
                  + "' than the other destinations do",
              "give it an empty place, or take it out of the configuration",
              null);
        }
      } catch (IOException | BackupException e) {
        dropUnlessRefused(target, e);
      }
    }
    requireAny();
    return repository;
  }

  private Optional<Repository> known() throws IOException {
    Optional<Repository> first = Optional.empty();
    for (Target target : targets()) {
      try {
        Optional<Repository> found = target.catalog().repository();
        first = first.isPresent() ? first : found;
      } catch (IOException | BackupException e) {
        dropUnlessRefused(target, e);
      }
    }
    requireAny();
    return first;
  }

  /** The one that cannot be reached may hold the repository that this one seems to lack. */
  private Repository fresh(String name, Clock clock) {
    if (!absent.isEmpty()) {
      throw new BackupException(
          "It cannot be told whether '" + name + "' has a repository already: " + whyAbsent(),
          "a first backup needs all destinations; make it reachable, or take it out of the"
              + " configuration",
          null);
    }
    return Repository.create(name, clock);
  }

  /** A repository that is not ours, or damaged, stops a run only where it is required. */
  private void dropUnlessRefused(Target target, Exception reason) throws IOException {
    if (reason instanceof BackupException refusal && target.required()) {
      throw refusal;
    }
    drop(target, reason);
  }

  /** Goes on without a destination; its lease is given back in the end. */
  void drop(Target target, Exception reason) throws IOException {
    RunRegistry.rethrowInterruption(reason);
    Lease lease = held.remove(target);
    absent.put(target, reason);
    if (lease != null) {
      try {
        lease.close();
      } catch (IOException e) {
        reason.addSuppressed(e);
      }
    }
  }

  /** Fails with the reasons where no destination is left. */
  void requireAny() throws IOException {
    if (held.isEmpty()) {
      IOException failure = new IOException(whyAbsent());
      absent.values().forEach(failure::addSuppressed);
      throw failure;
    }
  }

  private String whyAbsent() {
    return absent.entrySet().stream()
        .map(each -> Messages.about(each.getKey().name(), each.getValue()))
        .collect(Collectors.joining("; "));
  }

  /** A lease that cannot be given back runs out by itself; what was done under it stays done. */
  @Override
  public void close() {
    List<Map.Entry<Target, Lease>> leases = new ArrayList<>(held.entrySet());
    Collections.reverse(leases);
    held.clear();
    for (Map.Entry<Target, Lease> each : leases) {
      try {
        each.getValue().close();
      } catch (IOException e) {
        log.warn(
            "The lease of {} could not be given back, and runs out by itself: {}",
            each.getKey(),
            Messages.of(e));
      }
    }
  }
}
