package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Hands every call on, those with a default too: what a destination does better than the default
 * must not get lost. The base of all decorators. As safe for concurrent use as what it wraps.
 */
abstract class ForwardingDestination implements Destination {
  private final Destination inner;

  ForwardingDestination(Destination inner) {
    this.inner = inner;
  }

  /** What is wrapped. */
  final Destination inner() {
    return inner;
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public void put(ObjectKey key, Content content) throws IOException {
    inner.put(key, content);
  }

  @Override
  public InputStream open(ObjectKey key, ByteRange range) throws IOException {
    return inner.open(key, range);
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    return inner.list(prefix);
  }

  @Override
  public List<String> folders(String folder) throws IOException {
    return inner.folders(folder);
  }

  @Override
  public boolean holds(ObjectKey key, Content content) throws IOException {
    return inner.holds(key, content);
  }

  /** The interface's own comparison, which reads the object by this destination's open. */
  final boolean compare(ObjectKey key, Content content) throws IOException {
    return Destination.super.holds(key, content);
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    inner.delete(key);
  }

  @Override
  public Lease lock(String owner) throws IOException {
    return inner.lock(owner);
  }

  @Override
  public int sweep() throws IOException {
    return inner.sweep();
  }

  @Override
  public List<Finding> check() {
    return inner.check();
  }

  @Override
  public Proximity proximity() {
    return inner.proximity();
  }

  @Override
  public long usableSpace() throws IOException {
    return inner.usableSpace();
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }

  @Override
  public String toString() {
    return name();
  }
}
