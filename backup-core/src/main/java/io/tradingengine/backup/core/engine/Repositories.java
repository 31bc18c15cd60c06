package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.Catalog;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.catalog.Repository;
import io.tradingengine.backup.core.catalog.SealedManifest;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Settings;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The configured destinations as one: what is written goes to all. Thread-safe. */
final class Repositories implements AutoCloseable {
  private final BackupConfig config;
  private final List<Catalog> catalogs = new ArrayList<>();

  Repositories(BackupConfig config, Encryptor encryptor) {
    this.config = config;
    try {
      for (Settings settings : config.destinations()) {
        catalogs.add(new Catalog(Components.destination(settings), encryptor, config.name()));
      }
    } catch (RuntimeException e) {
      closeAfter(e);
      throw e;
    }
  }

  /** Takes the lock of every destination, in the order configured; closing gives them back. */
  Closeable lock(String owner) throws IOException {
    List<Closeable> locks = new ArrayList<>();
    try {
      for (Catalog catalog : catalogs) {
        locks.add(0, catalog.destination().lock(owner));
      }
    } catch (IOException | RuntimeException e) {
      try {
        release(locks);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
    return () -> release(locks);
  }

  private static void release(List<Closeable> locks) throws IOException {
    IOException failure = null;
    for (Closeable lock : locks) {
      try {
        lock.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Makes every destination a repository, unless it is one, and removes what killed runs have left.
   * Under the lock.
   *
   * @throws BackupException if the destinations do not hold one and the same repository
   */
  Repository prepare() throws IOException {
    Repository repository = known().orElseGet(this::unknown);
    for (Catalog catalog : catalogs) {
      Repository found = catalog.initialise(repository);
      if (!found.id().equals(repository.id())) {
        throw new BackupException(
            catalog.destination().name()
                + " holds another repository of '"
                + config.name()
                + "' than the other destinations do",
            "give it an empty place, or take it out of the configuration",
            null);
      }
      catalog.sweepLeftovers();
    }
    return repository;
  }

  private Optional<Repository> known() throws IOException {
    for (Catalog catalog : catalogs) {
      Optional<Repository> found = catalog.repository();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Repository unknown() {
    return Repository.create(config.name(), config.clock());
  }

  /** An id that no destination has yet. */
  BackupId nextId(BackupKind kind) throws IOException {
    BackupId latest = null;
    for (Catalog catalog : catalogs) {
      BackupId id = catalog.nextId(kind, config.clock().instant());
      latest = latest == null || id.compareTo(latest) > 0 ? id : latest;
    }
    if (latest == null) {
      throw new IllegalStateException("a configuration has at least one destination");
    }
    return latest;
  }

  /** Puts an object into every destination; durable in all on return. */
  void put(ObjectKey key, Content content) throws IOException {
    for (Catalog catalog : catalogs) {
      try {
        catalog.destination().put(key, content);
      } catch (IOException e) {
        throw new IOException(
            catalog.destination().name() + " did not take " + key + ": " + Messages.of(e), e);
      }
    }
  }

  /**
   * Removes objects of a backup that is at work, which it is not going to have. Under the lock.
   *
   * @return a warning for each destination that did not remove all of them
   */
  List<Finding> remove(List<ObjectKey> keys) {
    List<Finding> findings = new ArrayList<>();
    for (Catalog catalog : catalogs) {
      List<ObjectKey> left = new ArrayList<>();
      String reason = "";
      for (ObjectKey key : keys) {
        try {
          catalog.destination().delete(key);
        } catch (IOException e) {
          left.add(key);
          reason = Messages.of(e);
        }
      }
      if (!left.isEmpty()) {
        findings.add(
            Finding.warning(
                catalog.destination().name(),
                "still holds objects that belong to no backup, "
                    + Messages.some(left)
                    + ": "
                    + reason,
                "they take up space and nothing reads them; remove them by hand"));
      }
    }
    return findings;
  }

  /** The link of the newest manifest, for the next one to hold. */
  Optional<Manifest.Previous> last() throws IOException {
    return catalogs.get(0).last();
  }

  /** Publishes a backup in every destination. Under the lock. */
  void publish(Manifest manifest) throws IOException {
    SealedManifest sealed = catalogs.get(0).seal(manifest);
    for (Catalog catalog : catalogs) {
      catalog.publish(sealed);
    }
  }

  /** Removes what an unfinished backup has written. Under the lock. */
  void discardUnfinished() throws IOException {
    for (Catalog catalog : catalogs) {
      catalog.sweepLeftovers();
    }
  }

  /** The backups of all destinations, oldest first, each once. */
  List<BackupMetadata> backups() {
    TreeMap<BackupId, BackupMetadata> byId = new TreeMap<>();
    for (Catalog catalog : catalogs) {
      listing(catalog).backups().forEach(each -> byId.putIfAbsent(each.backupId(), each));
    }
    return List.copyOf(byId.values());
  }

  /** An error for each backup whose manifest is not what was written. */
  List<Finding> damaged() {
    return catalogs.stream().flatMap(catalog -> listing(catalog).damaged().stream()).toList();
  }

  private static Catalog.Listing listing(Catalog catalog) {
    try {
      return catalog.list();
    } catch (IOException e) {
      throw unreadable(catalog.destination(), e);
    }
  }

  /**
   * A backup, from the first destination that has it.
   *
   * @throws BackupException if none has it, naming those there are
   */
  StoredBackup find(BackupId id) {
    for (Catalog catalog : catalogs) {
      try {
        Optional<Manifest> manifest = catalog.find(id);
        if (manifest.isPresent()) {
          return new StoredBackup(catalog.destination(), manifest.get());
        }
      } catch (IOException e) {
        throw unreadable(catalog.destination(), e);
      }
    }
    NavigableSet<BackupId> ids = ids();
    throw new BackupException(
        "There is no backup " + id,
        ids.isEmpty()
            ? "the repository has none"
            : "the newest is " + ids.last() + ", list names them all",
        null);
  }

  /**
   * The newest backup, even if it is damaged: silently taking an older one would lose what was
   * written since.
   *
   * @throws BackupException if there is none, or it is damaged
   */
  StoredBackup newest() {
    NavigableSet<BackupId> ids = ids();
    if (ids.isEmpty()) {
      throw new BackupException(
          "There is no backup of '" + config.name() + "'",
          "check the configured destinations: their repositories are empty",
          null);
    }
    return find(ids.last());
  }

  private NavigableSet<BackupId> ids() {
    TreeSet<BackupId> ids = new TreeSet<>();
    for (Catalog catalog : catalogs) {
      try {
        ids.addAll(catalog.ids());
      } catch (IOException e) {
        throw unreadable(catalog.destination(), e);
      }
    }
    return ids;
  }

  private static BackupException unreadable(Destination destination, IOException e) {
    return new BackupException(
        destination.name() + " cannot be read: " + Messages.of(e),
        "check that it is mounted and readable by this user",
        e);
  }

  @Override
  public void close() {
    BackupException failure = null;
    for (Catalog catalog : catalogs) {
      try {
        catalog.destination().close();
      } catch (IOException e) {
        failure = new BackupException(catalog.destination().name() + " did not close", e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void closeAfter(RuntimeException cause) {
    try {
      close();
    } catch (BackupException e) {
      cause.addSuppressed(e);
    }
  }

  /** A backup and where it was found. */
  record StoredBackup(Destination destination, Manifest manifest) {}
}
