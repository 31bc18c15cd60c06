package io.tradingengine.backup.core.postgres.wire;

import java.net.Socket;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.ssl.LibPQFactory;

/**
 * The sockets that pgjdbc makes during one login. pgjdbc makes its socket factories itself, from a
 * class name and a text, so the way from there to here leads through a static map; an entry lives
 * in it as long as the login and no longer.
 */
final class KeptSocket implements AutoCloseable {
  /** More logins at once than any program needs: past it, entries are being leaked. */
  private static final int MOST_LOGINS = 256;

  private static final Map<String, KeptSocket> OPEN_LOGINS = new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();
  private volatile @Nullable Socket plain;
  private volatile @Nullable Socket encrypted;
  private volatile @Nullable LibPQFactory libpq;

  private KeptSocket() {}

  static KeptSocket open() {
    if (OPEN_LOGINS.size() >= MOST_LOGINS) {
      throw new IllegalStateException("more than " + MOST_LOGINS + " logins to PostgreSQL at once");
    }
    KeptSocket kept = new KeptSocket();
    OPEN_LOGINS.put(kept.id, kept);
    return kept;
  }

  /** The login that a factory made by pgjdbc belongs to. */
  static KeptSocket of(String id) {
    KeptSocket kept = OPEN_LOGINS.get(id);
    if (kept == null) {
      throw new IllegalStateException("not a login that is under way: " + id);
    }
    return kept;
  }

  static int openLogins() {
    return OPEN_LOGINS.size();
  }

  String id() {
    return id;
  }

  /** pgjdbc retries on a new socket, with TLS or without: the last one counts. */
  void keepPlain(Socket socket) {
    plain = socket;
    encrypted = null;
  }

  void keepEncrypted(Socket socket, LibPQFactory factory) {
    encrypted = socket;
    libpq = factory;
  }

  @Nullable Socket plain() {
    return plain;
  }

  @Nullable Socket encrypted() {
    return encrypted;
  }

  /** What knows why a client's key could not be used; null if TLS was not tried. */
  @Nullable LibPQFactory libpq() {
    return libpq;
  }

  @Override
  public void close() {
    OPEN_LOGINS.remove(id);
  }
}
