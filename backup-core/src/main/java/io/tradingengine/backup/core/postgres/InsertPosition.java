package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.postgres.wire.Login;
import io.tradingengine.backup.spi.ContinuousSource.PositionSampler;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Tells where a server's log ends: all that was committed before the question lies before the
 * answer.
 *
 * <p>The end of what was inserted may not be written yet, and is not sent before that: an idle
 * server with an open transaction can leave it so for minutes. What was committed is written within
 * three rounds of the WAL writer at the latest (asynchronous commits; {@code wal_writer_delay}), so
 * after that wait the end of what is written does as well.
 */
final class InsertPosition implements PositionSampler {
  private static final String QUERY =
      "SELECT pg_current_wal_insert_lsn()::text, pg_current_wal_flush_lsn()::text,"
          + " substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)";
  private static final long POLL_MILLIS = 20;

  private final Connection connection;
  private final PreparedStatement query;
  private final String system;
  private final Duration longestWrite;

  private InsertPosition(
      Connection connection, PreparedStatement query, String system, Duration longestWrite) {
    this.connection = connection;
    this.query = query;
    this.system = system;
    this.longestWrite = longestWrite;
  }

  static InsertPosition connect(String source, ConnectionSpec spec)
      throws IOException, InterruptedException {
    try {
      Connection connection = Login.sql(spec, PostgresCapture.APPLICATION + "-points");
      try {
        String system =
            value(connection, "SELECT system_identifier::text FROM pg_control_system()");
        String delay =
            value(
                connection,
                "SELECT setting FROM pg_settings WHERE name = 'wal_writer_delay'"); // milliseconds
        return new InsertPosition(
            connection,
            connection.prepareStatement(QUERY),
            system,
            Duration.ofMillis(3 * Long.parseLong(delay) + 100));
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new Problems(source, spec).exception(e, Problems.Purpose.SQL);
    }
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }

  private record Answer(Lsn inserted, Lsn written, String timeline) {}

  @Override
  public StreamPosition sample() throws IOException, InterruptedException {
    Answer first = ask();
    long end = System.nanoTime() + longestWrite.toNanos();
    Answer later = first;
    while (later.written().compareTo(first.inserted()) < 0 && System.nanoTime() < end) {
      Thread.sleep(POLL_MILLIS);
      later = ask();
    }
    Lsn position =
        later.written().compareTo(first.inserted()) < 0 ? later.written() : first.inserted();
    return new StreamPosition(system + "/" + first.timeline(), position.value());
  }

  private Answer ask() throws IOException {
    try (ResultSet rows = query.executeQuery()) {
      rows.next();
      return new Answer(
          Lsn.parse(rows.getString(1)), Lsn.parse(rows.getString(2)), rows.getString(3));
    } catch (SQLException e) {
      throw new IOException("PostgreSQL does not say where its log ends: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // It is of no use any more.
    }
  }
}
