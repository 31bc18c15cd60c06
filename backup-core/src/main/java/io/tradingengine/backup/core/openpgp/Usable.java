package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.BackupException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys that are at hand, or are fetched again at each use because they were of no use before. Safe
 * for concurrent use if fetching is.
 */
final class Usable<T> {
  private static final Logger LOG = LoggerFactory.getLogger(Usable.class);

  private final Supplier<T> keys;

  private Usable(Supplier<T> keys) {
    this.keys = keys;
  }

  /** Fetches now, and fails now. */
  static <T> Usable<T> now(Supplier<T> fetch) {
    T value = fetch.get();
    return new Usable<>(() -> value);
  }

  /** Fetches now, and again at each use if that fails. */
  static <T> Usable<T> whenNeeded(Supplier<T> fetch) {
    try {
      return now(fetch);
    } catch (BackupException e) {
      LOG.warn("Backups can be restored, but none can be made: {}", e.getMessage());
      return new Usable<>(fetch);
    }
  }

  /**
   * The keys.
   *
   * @throws BackupException if they are still of no use
   */
  T get() {
    return keys.get();
  }

  /** Fails as {@link #get} would. */
  void check() {
    T unused = get();
  }
}
