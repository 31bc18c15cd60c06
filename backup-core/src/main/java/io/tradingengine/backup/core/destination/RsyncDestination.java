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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A folder of another host, kept by rsync over ssh. An object is a file of the key's name; hidden
 * names, links and names that are no key's belong to others and are passed over. Objects travel as
 * wholes: reading a range fetches all of it. Safe for concurrent use.
 *
 * <p>Two threads of one instance that put the same key with different bytes are told apart. Between
 * instances and hosts rsync looks whether a name is taken right before it transfers and renames
 * right after, so that of two who put one key in the same seconds the last may win; it is the
 * {@linkplain #lock lease} that keeps runs apart, and keys that only one run uses.
 *
 * <p>A returned put was synced to the disk there. The entry of its folder is not synced, which
 * rsync cannot do: it becomes durable when the file system there writes it, within seconds.
 */
final class RsyncDestination implements Destination {
  static final String PROBE = ".probe-";

  private final RsyncSettings settings;
  private final RsyncLeaseTimes times;
  private final RsyncClient client;
  private final RsyncObjects objects;
  private final KeyLocks locks = new KeyLocks();
  private final AtomicBoolean closed = new AtomicBoolean();

  RsyncDestination(RsyncSettings settings, RsyncLeaseTimes times) {
    this.settings = settings;
    this.times = times;
    this.client = new RsyncClient(settings);
    this.objects = new RsyncObjects(client, settings);
  }

  @Override
  public String name() {
    return "rsync:" + settings.target();
  }

  @Override
  public void put(ObjectKey key, Content content) throws IOException {
    locks.with(key, () -> objects.put(key, content));
  }

  @Override
  public InputStream open(ObjectKey key, ByteRange range) throws IOException {
    return RsyncObjects.stream(objects.open(key), range.offset(), range.length());
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    if (!prefix.isEmpty() && !isKey(prefix) && !isKey(prefix + "x")) {
      return List.of();
    }
    return client.list(RsyncRules.prefixed(prefix), "list '" + prefix + "' in").stream()
        .map(RsyncEntry::object)
        .flatMap(Optional::stream)
        .filter(object -> object.key().value().startsWith(prefix))
        .sorted(Comparator.comparing(ObjectInfo::key))
        .toList();
  }

  @Override
  public List<String> folders(String folder) throws IOException {
    if (!folder.isEmpty() && !(folder.endsWith("/") && isKey(folder + "x"))) {
      throw new IllegalArgumentException("not a folder that ends with a slash: '" + folder + "'");
    }
    return client.list(RsyncRules.foldersIn(folder), "list '" + folder + "' in").stream()
        .filter(entry -> entry.isFolder() && entry.name().startsWith(folder))
        .map(entry -> entry.name().substring(folder.length()))
        .filter(name -> isKey(name) && name.indexOf('/') < 0)
        .sorted()
        .toList();
  }

  private static boolean isKey(String text) {
    try {
      return !new ObjectKey(text).value().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public boolean holds(ObjectKey key, Content content) throws IOException {
    return objects.holds(key, content);
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    locks.with(key, () -> objects.delete(key));
  }

  @Override
  public Lease lock(String owner) throws IOException {
    String repository = name() + (settings.port() == 22 ? "" : " port " + settings.port());
    return RsyncLease.take(
        new RsyncLeaseStore(client, settings),
        times,
        repository,
        LocalLock.note(owner, Host.current()));
  }

  @Override
  public int sweep() throws IOException {
    RsyncStaging.sweep(settings.staging());
    return new RsyncLeftOvers(client, settings).sweep();
  }

  @Override
  public List<Finding> check() {
    return new RsyncCheck(client, settings, name()).run();
  }

  @Override
  public Proximity proximity() {
    return Proximity.REMOTE;
  }

  /** Rsync cannot ask how much room there is. */
  @Override
  public long usableSpace() {
    return Long.MAX_VALUE;
  }

  /** Ends the connection that is kept. A lease that was taken here lives on until it is closed. */
  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      client.close();
    }
  }

  @Override
  public String toString() {
    return name();
  }
}
