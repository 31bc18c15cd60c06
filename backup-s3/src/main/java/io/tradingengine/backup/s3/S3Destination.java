package io.tradingengine.backup.s3;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Retention;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/** A bucket of S3, or what stands below a prefix of one. Safe for concurrent use. */
final class S3Destination implements Destination {
  // Parts that are on their way at the same time, which also bounds the memory.
  private static final int BUFFERS = 4;
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Duration LEASE = Duration.ofSeconds(60);

  private final Store store;
  private final boolean owned;
  private final Optional<Retention> retention;
  private final Conditions conditions;
  private final Versions versions;
  private final Listing listing;
  private final Reading reading;
  private final Upload upload;
  private final Buffers buffers;
  private final ExecutorService executor;
  private final Leasing leasing;
  private final Sweeping sweeping;
  private final KeyLocks locks = new KeyLocks();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * A destination that connects to nothing before it is used.
   *
   * @param owned whether the client is closed with it
   * @param retention its own policy, if it has one, for what a check says of costs
   */
  S3Destination(S3Options options, S3Client client, boolean owned, Optional<Retention> retention) {
    this(options, client, owned, retention, LEASE);
  }

  /** The same with another time that a lease lasts, for tests. */
  S3Destination(
      S3Options options,
      S3Client client,
      boolean owned,
      Optional<Retention> retention,
      Duration ttl) {
    this.retention = retention;
    this.store = new Store(client, options);
    this.owned = owned;
    this.conditions = new Conditions(store);
    this.versions = new Versions(store);
    this.listing = new Listing(store, versions);
    this.reading = new Reading(store, versions);
    this.buffers = new Buffers(BUFFERS, options.partSize());
    this.upload = new Upload(store, buffers);
    this.executor = executor();
    this.sweeping = new Sweeping(store, Clock.systemUTC());
    this.leasing = new Leasing(store, conditions, ttl);
  }

  /** Threads that are there only while parts are sent. */
  private static ExecutorService executor() {
    AtomicInteger count = new AtomicInteger();
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            BUFFERS,
            BUFFERS,
            IDLE.toSeconds(),
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "backup-s3-part-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  @Override
  public String name() {
    return store.options().place();
  }

  @Override
  public void put(ObjectKey key, Content content) throws IOException {
    try {
      locks.take(key);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted before " + key + " was put");
    }
    try {
      boolean conditional = conditions.honoured().absent();
      if (!isKnownToBeThere(key, content, conditional)) {
        send(key, content, conditional);
      }
    } catch (Upload.ConditionFailed e) {
      if (!isThere(key, content)) {
        throw e; // removed meanwhile, or the other has failed: trying again tells
      }
    } finally {
      locks.giveBack(key);
    }
  }

  /** Whether it is there with these bytes, asked where the put's own condition does not serve. */
  private boolean isKnownToBeThere(ObjectKey key, Content content, boolean conditional)
      throws IOException {
    boolean inParts = content.length() > buffers.size();
    // Conditions do not see what a mark of deletion hides.
    if (!conditional || store.versioned()) {
      return isThere(key, content);
    }
    try {
      // Asking first is cheaper than sending all parts only to be refused.
      return inParts && isThere(key, content);
    } catch (AccessDeniedException e) {
      return false; // who may only write learns it from the put
    }
  }

  private void send(ObjectKey key, Content content, boolean conditional) throws IOException {
    try {
      if (content.length() <= buffers.size()) {
        upload.put(key, content, conditional);
      } else {
        new MultipartUpload(store, buffers, executor, key).put(content, conditional);
      }
    } catch (Upload.WrongAnswer e) {
      try {
        delete(key); // it is this put's own object, and no good
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /**
   * Whether the object is there with these bytes already.
   *
   * @throws FileAlreadyExistsException if it is there with others
   */
  private boolean isThere(ObjectKey key, Content content) throws IOException {
    if (!reading.exists(key)) {
      return false;
    }
    if (holds(key, content)) {
      return true;
    }
    throw new FileAlreadyExistsException(
        key.value(), null, "holds other bytes in " + name() + "; objects are never overwritten");
  }

  @Override
  public InputStream open(ObjectKey key, ByteRange range) throws IOException {
    return reading.open(key, range);
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    return listing.objects(prefix);
  }

  @Override
  public List<String> folders(String folder) throws IOException {
    if (!folder.isEmpty() && !folder.endsWith("/")) {
      throw new IllegalArgumentException("a folder ends with a slash: '" + folder + "'");
    }
    return listing.folders(folder);
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    if (store.versioned()) {
      versions.delete(key);
      return;
    }
    try {
      store
          .client()
          .deleteObject(request -> request.bucket(store.bucket()).key(store.name(key.value())));
    } catch (SdkException e) {
      if (!S3Errors.isMissing(e)) {
        throw store.errors().translate("delete " + key + " from", "s3:DeleteObject", e);
      }
    }
  }

  @Override
  public Lease lock(String owner) throws IOException {
    return leasing.take(owner);
  }

  @Override
  public int sweep() throws IOException {
    return sweeping.sweep();
  }

  @Override
  public List<Finding> check() {
    return new Checking(store, conditions, listing).run(retention);
  }

  @Override
  public Proximity proximity() {
    return Proximity.NETWORK;
  }

  @Override
  public long usableSpace() {
    return Long.MAX_VALUE;
  }

  /** Ends its own client; one that was handed in goes on. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      executor.shutdown();
      if (owned) {
        store.client().close();
      }
    }
  }

  @Override
  public String toString() {
    return name();
  }
}
