package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Objects in memory, with faults to order: a destination as slow, as broken and as unreachable as a
 * test wants it.
 */
final class MemoryDestination implements Destination {
  /** Decides about each operation; throws what it fails with. */
  interface Fault {
    void before(String operation, String key) throws IOException;
  }

  final NavigableMap<ObjectKey, byte[]> objects = new ConcurrentSkipListMap<>();
  final NavigableMap<ObjectKey, Instant> times = new ConcurrentSkipListMap<>();
  final AtomicInteger puts = new AtomicInteger();
  final AtomicInteger reads = new AtomicInteger();
  final AtomicReference<Object> holder = new AtomicReference<>();
  volatile Fault fault = (operation, key) -> {};
  volatile Lease.Strength strength = Lease.Strength.EXCLUSIVE;
  volatile long delayMillis;
  private final String name;
  private final Proximity proximity;

  MemoryDestination(String name, Proximity proximity) {
    this.name = name;
    this.proximity = proximity;
  }

  /** Every operation fails from now on. */
  void unreachable() {
    fault =
        (operation, key) -> {
          throw new IOException(name + " is unreachable");
        };
  }

  void reachable() {
    fault = (operation, key) -> {};
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void put(ObjectKey key, Content content) throws IOException {
    fault.before("put", key.value());
    pause();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    content.writeTo(out);
    byte[] bytes = out.toByteArray();
    if (bytes.length != content.length()) {
      throw new IOException("another length than was said");
    }
    byte[] there = objects.putIfAbsent(key, bytes);
    if (there != null && !Arrays.equals(there, bytes)) {
      throw new FileAlreadyExistsException(key.value());
    }
    times.putIfAbsent(key, Instant.now());
    puts.incrementAndGet();
  }

  private void pause() throws InterruptedIOException {
    try {
      TimeUnit.MILLISECONDS.sleep(delayMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  @Override
  public InputStream open(ObjectKey key, ByteRange range) throws IOException {
    fault.before("open", key.value());
    byte[] bytes = objects.get(key);
    if (bytes == null) {
      throw new NoSuchFileException(key.value());
    }
    reads.incrementAndGet();
    int offset = (int) Math.min(range.offset(), bytes.length);
    int length = (int) Math.min(range.length(), bytes.length - offset);
    return new ByteArrayInputStream(bytes, offset, length);
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    fault.before("list", prefix);
    return objects.entrySet().stream()
        .filter(entry -> entry.getKey().value().startsWith(prefix))
        .map(
            entry ->
                new ObjectInfo(entry.getKey(), entry.getValue().length, times.get(entry.getKey())))
        .toList();
  }

  @Override
  public List<String> folders(String folder) throws IOException {
    fault.before("folders", folder);
    return objects.keySet().stream()
        .map(ObjectKey::value)
        .filter(key -> key.startsWith(folder))
        .map(key -> key.substring(folder.length()))
        .filter(rest -> rest.contains("/"))
        .map(rest -> rest.substring(0, rest.indexOf('/')))
        .distinct()
        .toList();
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    fault.before("delete", key.value());
    objects.remove(key);
    times.remove(key);
  }

  @Override
  public Lease lock(String owner) throws IOException {
    fault.before("lock", owner);
    Object token = new Object();
    if (!holder.compareAndSet(null, token)) {
      throw new RepositoryLockedException(name + " is in use", null);
    }
    return new Lease() {
      @Override
      public Strength strength() {
        return strength;
      }

      @Override
      public void confirm() throws IOException {
        fault.before("confirm", owner);
        if (holder.get() != token) {
          throw new LeaseLostException("The lease of " + name + " is lost", null);
        }
      }

      @Override
      public void close() {
        holder.compareAndSet(token, null);
      }
    };
  }

  @Override
  public int sweep() throws IOException {
    fault.before("sweep", "");
    return 0;
  }

  @Override
  public List<Finding> check() {
    return List.of();
  }

  @Override
  public Proximity proximity() {
    return proximity;
  }

  @Override
  public long usableSpace() {
    return Long.MAX_VALUE;
  }

  @Override
  public void close() {}
}
