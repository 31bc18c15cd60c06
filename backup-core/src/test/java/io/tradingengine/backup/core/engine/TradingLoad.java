package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.core.support.PgServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Moves money between accounts and books each move, until it is closed. In every state that existed
 * the sum of the balances is 0, and each account's balance is the sum of its bookings.
 */
final class TradingLoad implements AutoCloseable {
  static final String DATABASE = "trading_engine";
  private static final int ACCOUNTS = 500;

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Future<Long> moves;
  private volatile boolean stopped;

  TradingLoad(PgServer server) {
    moves = thread.submit(() -> run(server));
  }

  static void prepare(PgServer server, int rows) throws SQLException {
    server.execute("CREATE DATABASE " + DATABASE);
    try (Connection connection = server.connect(DATABASE, PgServer.USER, PgServer.PASSWORD);
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL)");
      statement.execute(
          "INSERT INTO account SELECT i, 0 FROM generate_series(1, " + ACCOUNTS + ") AS i");
      statement.execute(
          "CREATE TABLE booking (account_id int NOT NULL, amount bigint NOT NULL, note text)");
      statement.execute("CREATE INDEX ON booking (account_id)");
      statement.execute(
          "CREATE TABLE history AS SELECT i AS id, md5(i::text) AS content FROM generate_series(1, "
              + rows
              + ") AS i");
    }
  }

  private long run(PgServer server) throws SQLException {
    Random random = new Random(1);
    long done = 0;
    try (Connection connection = server.connect(DATABASE, PgServer.USER, PgServer.PASSWORD);
        PreparedStatement move =
            connection.prepareStatement("UPDATE account SET balance = balance + ? WHERE id = ?");
        PreparedStatement book =
            connection.prepareStatement("INSERT INTO booking VALUES (?, ?, repeat('x', 200))")) {
      connection.setAutoCommit(false);
      while (!stopped) {
        long amount = random.nextInt(1000);
        int from = 1 + random.nextInt(ACCOUNTS);
        int to = 1 + random.nextInt(ACCOUNTS);
        change(move, book, from, -amount);
        change(move, book, to, amount);
        connection.commit();
        done++;
      }
    }
    return done;
  }

  private static void change(PreparedStatement move, PreparedStatement book, int id, long amount)
      throws SQLException {
    move.setLong(1, amount);
    move.setInt(2, id);
    move.executeUpdate();
    book.setInt(1, id);
    book.setLong(2, amount);
    book.executeUpdate();
  }

  /** What must hold of every state: nothing, if it does. */
  static String violations(PgServer server) throws SQLException {
    try (Connection connection = server.connect(DATABASE, PgServer.USER, PgServer.PASSWORD);
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                """
                SELECT (SELECT coalesce(sum(balance), -1) FROM account),
                       (SELECT count(*) FROM account a
                          LEFT JOIN (SELECT account_id, sum(amount) AS booked FROM booking GROUP BY 1) b
                            ON b.account_id = a.id
                         WHERE a.balance <> coalesce(b.booked, 0)),
                       (SELECT count(*) FROM history WHERE content <> md5(id::text)),
                       (SELECT count(*) FROM account) - 500
                """)) {
      rows.next();
      String found = "";
      for (int i = 1; i <= 4; i++) {
        found += rows.getLong(i) == 0 ? "" : " " + i + ":" + rows.getLong(i);
      }
      return found;
    }
  }

  /** Stops and says how many moves were made. */
  long stop() throws InterruptedException, ExecutionException {
    stopped = true;
    return moves.get();
  }

  @Override
  public void close() {
    stopped = true;
    thread.shutdown();
  }
}
