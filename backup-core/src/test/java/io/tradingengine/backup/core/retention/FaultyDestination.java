package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.ObjectProtectedException;
import io.tradingengine.backup.spi.Proximity;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A destination that fails where a test says so, and notes what was deleted. */
final class FaultyDestination implements Destination {
  static final Instant PROTECTED_UNTIL = Instant.parse("2030-01-01T00:00:00Z");

  /** Stands for the process' end. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  final List<String> deleted = new ArrayList<>();
  Predicate<String> isProtected = key -> false;
  Predicate<String> isBroken = key -> false;
  Optional<Runnable> beforeDelete = Optional.empty();

  /** The change before which the process ends; 0 for none. */
  int killAt;

  private int changes;
  private final Destination destination;

  FaultyDestination(Destination destination) {
    this.destination = destination;
  }

  private interface Change {
    void run() throws IOException;
  }

  private void change(Change change) throws IOException {
    changes++;
    if (changes == killAt) {
      throw new Killed();
    }
    change.run();
  }

  @Override
  public void put(ObjectKey key, Content content) throws IOException {
    change(() -> destination.put(key, content));
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    beforeDelete.ifPresent(Runnable::run);
    if (isProtected.test(key.value())) {
      throw new ObjectProtectedException(key, PROTECTED_UNTIL, new IOException("AccessDenied"));
    }
    if (isBroken.test(key.value())) {
      throw new IOException("connection reset");
    }
    change(() -> destination.delete(key));
    deleted.add(key.value());
  }

  @Override
  public String name() {
    return destination.name();
  }

  @Override
  public InputStream open(ObjectKey key, ByteRange range) throws IOException {
    return destination.open(key, range);
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    return destination.list(prefix);
  }

  @Override
  public List<String> folders(String folder) throws IOException {
    return destination.folders(folder);
  }

  @Override
  public Lease lock(String owner) throws IOException {
    return destination.lock(owner);
  }

  @Override
  public int sweep() throws IOException {
    return destination.sweep();
  }

  @Override
  public List<Finding> check() {
    return destination.check();
  }

  @Override
  public Proximity proximity() {
    return destination.proximity();
  }

  @Override
  public long usableSpace() throws IOException {
    return destination.usableSpace();
  }

  @Override
  public void close() throws IOException {
    destination.close();
  }
}
