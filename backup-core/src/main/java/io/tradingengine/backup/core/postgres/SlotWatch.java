package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.postgres.wire.Login;
import io.tradingengine.backup.spi.ChangeSink;
import java.io.Closeable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Watches from time to time whether the server is about to give the slot up. Used by one thread;
 * closed by any.
 */
final class SlotWatch implements Closeable {
  private static final long EVERY_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long LOW = 64L << 20;

  private final String subject;
  private final ConnectionSpec spec;
  private final String slot;
  private final ChangeSink sink;
  private @Nullable Connection connection;
  private boolean closed;
  private long last = System.nanoTime() - EVERY_NANOS;

  SlotWatch(String source, ConnectionSpec spec, String slot, ChangeSink sink) {
    this.subject = source + " (slot)";
    this.spec = spec;
    this.slot = slot;
    this.sink = sink;
  }

  /** Looks, if it is time to. A server that does not answer is noticed by whoever follows it. */
  void look() throws InterruptedException {
    if (System.nanoTime() - last < EVERY_NANOS) {
      return;
    }
    last = System.nanoTime();
    try {
      judge(connection());
    } catch (SQLException e) {
      disconnect();
    }
  }

  private void judge(Connection server) throws SQLException {
    try (PreparedStatement query =
        server.prepareStatement(
            "SELECT wal_status, safe_wal_size FROM pg_replication_slots WHERE slot_name = ?")) {
      query.setString(1, slot);
      try (ResultSet rows = query.executeQuery()) {
        if (rows.next()) {
          judge(rows.getString(1), rows.getLong(2), rows.wasNull());
        }
      }
    }
  }

  private void judge(@Nullable String status, long safe, boolean unlimited) {
    if ("unreserved".equals(status) || "lost".equals(status)) {
      sink.report(
          Finding.error(
              subject,
              "the server is about to remove log that was not received (wal_status " + status + ")",
              "see why it is not received, or raise max_slot_wal_keep_size at once"));
    } else if (!unlimited && safe < LOW) {
      sink.report(
          Finding.warning(
              subject,
              "the server keeps only " + (safe >> 20) + " MiB more of its log for us",
              "see why it is not received, or raise max_slot_wal_keep_size"));
    } else {
      sink.clear(subject);
    }
  }

  private Connection connection() throws SQLException, InterruptedException {
    Connection current;
    synchronized (this) {
      current = connection;
    }
    if (current != null) {
      return current;
    }
    Connection fresh = Login.sql(spec, PostgresCapture.APPLICATION + "-watch");
    synchronized (this) {
      if (closed) {
        fresh.close();
        throw new SQLException("closed");
      }
      connection = fresh;
    }
    return fresh;
  }

  private synchronized void disconnect() {
    Connection current = connection;
    connection = null;
    if (current != null) {
      try {
        current.close();
      } catch (SQLException e) {
        // It is of no use any more.
      }
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    disconnect();
  }
}
