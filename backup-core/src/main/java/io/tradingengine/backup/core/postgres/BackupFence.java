package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.postgres.wire.Login;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An advisory lock in the server that is backed up: keeps out runs that do not see the same
 * repositories. It belongs to a session, so it is free when its holder closes it, dies, or cannot
 * be reached any more. It is local to one server (a standby has locks of its own, also in recovery)
 * and to one database.
 *
 * <p>Its number comes from the system's name, the same in every version of this library. In SQL:
 *
 * <pre>{@code
 * ('x' || left(encode(sha256(convert_to('trading-engine-backup:' || name, 'UTF8')), 'hex'), 16))
 *     ::bit(64)::bigint
 * }</pre>
 *
 * <p>Safe for concurrent use.
 */
final class BackupFence implements Lease {
  private static final String NAMESPACE = "trading-engine-backup:";
  // A session ends a moment after its client was killed.
  private static final int TRIES = 20;
  private static final long BETWEEN_TRIES_MILLIS = 100;

  /**
   * Nobody shall end a session because it is idle, which it is while the backup runs; and one whose
   * client has vanished without a word ends after two minutes.
   */
  private static final String SETTINGS =
      "SET idle_session_timeout = 0; SET tcp_keepalives_idle = 60;"
          + " SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 6";

  private static final String LOCKS =
      " FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted"
          + " AND ((l.classid::bigint << 32) | l.objid::bigint) = ?"
          + " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";
  private static final String HOLDS = "SELECT count(*)" + LOCKS + " AND l.pid = pg_backend_pid()";
  private static final String HOLDER =
      "SELECT h.pid, a.application_name, host(a.client_addr),"
          + " to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM (SELECT l.pid"
          + LOCKS
          + ") h LEFT JOIN pg_stat_activity a ON a.pid = h.pid";

  private final String server;
  private final long key;
  private final Connection connection;
  private boolean closed;

  private BackupFence(String server, long key, Connection connection) {
    this.server = server;
    this.key = key;
    this.connection = connection;
  }

  /**
   * Takes the lock.
   *
   * @param name the source's name
   * @param system the system's name
   * @param owner who takes it; others see it as the session's {@code application_name}
   * @return the lock, or empty where only replication connections are let in, which suffice for a
   *     backup
   * @throws RepositoryLockedException if another session holds it
   * @throws IOException if the server cannot be reached
   */
  static Optional<Lease> take(String name, ConnectionSpec spec, String system, String owner)
      throws IOException, InterruptedException {
    Problems problems = new Problems(name, spec);
    Connection connection;
    try {
      connection = Login.sql(spec, PostgresCapture.APPLICATION + ": " + owner);
    } catch (SQLException e) {
      if (Preflight.spoilsSqlOnly(e)) {
        return Optional.empty();
      }
      throw problems.exception(e, Problems.Purpose.SQL);
    }
    BackupFence fence = new BackupFence(spec.address(), key(system), connection);
    boolean taken = false;
    try {
      // A server that does not answer must not hold up who asks for longer than a login may.
      connection.setNetworkTimeout(Runnable::run, Math.toIntExact(spec.timeout().toMillis()));
      fence.acquire(system);
      taken = true;
      return Optional.of(fence);
    } catch (SQLException e) {
      throw fence.failed("take", e);
    } finally {
      if (!taken) {
        fence.close();
      }
    }
  }

  /** The lock's number. */
  static long key(String system) {
    MessageDigest digest = Sha256.newDigest();
    return ByteBuffer.wrap(digest.digest((NAMESPACE + system).getBytes(UTF_8))).getLong();
  }

  private void acquire(String system) throws SQLException, InterruptedException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS);
    }
    for (int attempt = 1; !tryLock(); attempt++) {
      if (attempt == TRIES) {
        throw locked(system);
      }
      TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES_MILLIS);
    }
  }

  private boolean tryLock() throws SQLException {
    try (PreparedStatement lock = prepare("SELECT pg_try_advisory_lock(?)");
        ResultSet row = lock.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    statement.setLong(1, key);
    return statement;
  }

  private RepositoryLockedException locked(String system) throws SQLException {
    String holder = "another session";
    try (PreparedStatement query = prepare(HOLDER);
        ResultSet row = query.executeQuery()) {
      if (row.next()) {
        holder = describe(row);
      }
    }
    return new RepositoryLockedException(
        "PostgreSQL at " + server + " is being backed up for " + system + " by " + holder,
        "wait until it has finished; if it hangs, end it there, or its session by SELECT"
            + " pg_terminate_backend(<pid>)");
  }

  /** What the role may not see of another role's session is null. */
  private static String describe(ResultSet row) throws SQLException {
    StringBuilder holder = new StringBuilder();
    append(holder, "", row.getString(2));
    append(holder, holder.isEmpty() ? "the session of pid " : " (pid ", row.getString(1));
    boolean open = holder.indexOf("(pid ") >= 0;
    append(holder, ", from ", row.getString(3));
    append(holder, ", since ", row.getString(4));
    return holder.append(open ? ")" : "").toString().replaceAll("\\p{Cntrl}", "?");
  }

  private static void append(StringBuilder text, String before, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      text.append(before).append(value);
    }
  }

  /**
   * {@link Strength#EXPIRING}: a holder that pauses keeps it, since its host answers for its
   * session; but a server that restarts or a network that is cut for two minutes ends the session
   * and not the holder, so that it has to ask.
   */
  @Override
  public Strength strength() {
    return Strength.EXPIRING;
  }

  @Override
  public synchronized void confirm() throws IOException {
    if (closed) {
      throw lost("was given back");
    }
    try (PreparedStatement query = prepare(HOLDS);
        ResultSet row = query.executeQuery()) {
      if (!row.next() || row.getLong(1) == 0) {
        throw lost("is not held any more");
      }
    } catch (SQLException e) {
      // An interruption closes the socket, and would look like a lost session.
      if (isBroken() && !Thread.currentThread().isInterrupted()) {
        throw lost("is gone with its session: " + e.getMessage());
      }
      throw failed("confirm", e);
    }
  }

  private IOException failed(String what, SQLException e) {
    String message =
        "Cannot " + what + " the backup's lock in PostgreSQL at " + server + ": " + e.getMessage();
    if (Thread.currentThread().isInterrupted()) {
      return (InterruptedIOException) new InterruptedIOException(message).initCause(e);
    }
    return new IOException(message, e);
  }

  private boolean isBroken() {
    try {
      return connection.isClosed();
    } catch (SQLException e) {
      return true;
    }
  }

  private LeaseLostException lost(String how) {
    return new LeaseLostException(
        "The backup's lock in PostgreSQL at " + server + " " + how,
        "was the server restarted, or the network cut? Run the backup again");
  }

  /** Unlocks first: the session ends only some time after its connection. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (connection;
        Statement unlock = connection.createStatement()) {
      unlock.execute("SELECT pg_advisory_unlock_all()");
    } catch (SQLException e) {
      // The connection is closed all the same, and the lock goes with the session.
    }
  }
}
