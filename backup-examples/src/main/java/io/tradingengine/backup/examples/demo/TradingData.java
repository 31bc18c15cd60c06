package io.tradingengine.backup.examples.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A trading engine's tables: how they are filled, and how one tells that they are what they were.
 */
final class TradingData {
  static final String DATABASE = "trading_engine";

  private static final String[] SCHEMA = {
    """
    CREATE TABLE accounts (
      id bigint PRIMARY KEY, owner text NOT NULL, currency char(3) NOT NULL,
      opened_at timestamptz NOT NULL)
    """,
    """
    CREATE TABLE orders (
      id bigint PRIMARY KEY, account_id bigint NOT NULL, symbol text NOT NULL, side text NOT NULL,
      quantity numeric(18,4) NOT NULL, price numeric(18,5) NOT NULL, client_reference uuid NOT NULL,
      placed_at timestamptz NOT NULL)
    """,
    """
    CREATE TABLE trades (
      id bigint PRIMARY KEY, order_id bigint NOT NULL, account_id bigint NOT NULL,
      symbol text NOT NULL, side text NOT NULL, quantity numeric(18,4) NOT NULL,
      price numeric(18,5) NOT NULL, executed_at timestamptz NOT NULL)
    """,
    """
    CREATE TABLE positions (
      account_id bigint, symbol text, quantity numeric(18,4) NOT NULL,
      cash numeric(28,9) NOT NULL, PRIMARY KEY (account_id, symbol))
    """
  };

  private static final String ACCOUNTS =
      """
      INSERT INTO accounts
      SELECT i, 'Trader ' || i, (ARRAY['USD', 'EUR', 'GBP', 'CHF'])[1 + i % 4],
             timestamptz '2023-01-01 00:00Z' + i * interval '1 hour'
      FROM generate_series(1, 1000) i
      """;

  /** Half as many orders as trades: each is filled in two parts. */
  private static final String ORDERS =
      """
      INSERT INTO orders
      SELECT i, 1 + floor(random() * 1000),
             (ARRAY['EURUSD', 'GBPUSD', 'USDJPY', 'XAUUSD', 'BTCUSD', 'ETHUSD', 'US500', 'DE40'])
               [1 + floor(random() * 8)],
             CASE WHEN random() < 0.5 THEN 'BUY' ELSE 'SELL' END,
             0.02 + round((random() * 100)::numeric, 2), 1 + round((random() * 2000)::numeric, 5),
             md5(i::text)::uuid, timestamptz '2024-01-02 08:00Z' + i * interval '37 milliseconds'
      FROM generate_series(1, (:trades + 1) / 2) i
      """;

  private static final String TRADES =
      """
      INSERT INTO trades
      SELECT i, o.id, o.account_id, o.symbol, o.side, o.quantity / 2, o.price,
             o.placed_at + interval '3 milliseconds' * (1 + i % 2)
      FROM generate_series(1, :trades) i JOIN orders o ON o.id = (i + 1) / 2
      """;

  private static final String POSITIONS =
      """
      INSERT INTO positions
      SELECT account_id, symbol, sum(s * quantity), sum(-s * quantity * price)
      FROM trades, LATERAL (SELECT CASE side WHEN 'BUY' THEN 1 ELSE -1 END) AS sign(s)
      GROUP BY account_id, symbol
      """;

  /** Each of these orders is filled once more, a second later. */
  private static final String MORE_TRADES =
      """
      INSERT INTO trades
      SELECT :trades + i, o.id, o.account_id, o.symbol, o.side, o.quantity / 2, o.price,
             o.placed_at + interval '1 second'
      FROM generate_series(1, :more) i
      JOIN orders o ON o.id = 1 + i % (SELECT count(*) FROM orders)
      """;

  private static final String[] CONSTRAINTS = {
    "ALTER TABLE orders ADD FOREIGN KEY (account_id) REFERENCES accounts",
    "ALTER TABLE trades ADD FOREIGN KEY (order_id) REFERENCES orders",
    "CREATE INDEX ON trades (account_id, symbol)",
    "CREATE INDEX ON trades (executed_at)",
    "CREATE UNIQUE INDEX ON orders (client_reference)",
    "CREATE EXTENSION amcheck"
  };

  /** Positions that are not the sum of their trades: there are none. */
  private static final String BROKEN_POSITIONS =
      """
      SELECT count(*) FROM positions FULL JOIN (
        SELECT account_id, symbol, sum(CASE side WHEN 'BUY' THEN quantity ELSE -quantity END) AS sum
        FROM trades GROUP BY account_id, symbol) t USING (account_id, symbol)
      WHERE positions.quantity IS DISTINCT FROM t.sum
      """;

  /** Reads every index and looks every row up in it; fails at the first that is wrong. */
  private static final String CHECK_INDEXES =
      """
      SELECT count(bt_index_check(c.oid, true)::text)
      FROM pg_class c JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
      WHERE c.relkind = 'i' AND c.relpersistence = 'p'
      """;

  private TradingData() {}

  /** Fills an empty database with that many trades. */
  static void fill(Connection connection, long trades) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT setseed(0.42)");
      for (String sql : SCHEMA) {
        statement.execute(sql);
      }
      statement.execute(ACCOUNTS);
      statement.execute(ORDERS.replace(":trades", Long.toString(trades)));
      statement.execute(TRADES.replace(":trades", Long.toString(trades)));
      statement.execute(POSITIONS);
      for (String sql : CONSTRAINTS) {
        statement.execute(sql);
      }
    }
  }

  /** Trades on, that many times, in one transaction. */
  static void tradeOn(Connection connection, long more) throws SQLException {
    long trades = number(connection, "SELECT max(id) FROM trades");
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          MORE_TRADES
              .replace(":trades", Long.toString(trades))
              .replace(":more", Long.toString(more)));
      statement.execute("DELETE FROM positions");
      statement.execute(POSITIONS);
      connection.commit();
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** Drops the table of trades, as a tired operator might. */
  static void destroy(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE trades");
    }
  }

  /** The database's size on disk, in bytes. */
  static long size(Connection connection) throws SQLException {
    return number(connection, "SELECT pg_database_size(current_database())");
  }

  /**
   * What each table holds, by its name: the count of its rows and a digest of all of them in order.
   * Reading everything also has the server check every page's checksum.
   */
  static Map<String, String> fingerprint(Connection connection) throws SQLException {
    Map<String, String> fingerprint = new LinkedHashMap<>();
    fingerprint.put("accounts", digest(connection, "accounts", "id"));
    fingerprint.put("orders", digest(connection, "orders", "id"));
    fingerprint.put("trades", digest(connection, "trades", "id"));
    fingerprint.put("positions", digest(connection, "positions", "account_id, symbol"));
    return fingerprint;
  }

  private static String digest(Connection connection, String table, String order)
      throws SQLException {
    String rows = "md5(string_agg(md5(t::text), '' ORDER BY " + order + "))";
    String sql = "SELECT count(*) || ' rows, md5 ' || " + rows + " FROM " + table + " t";
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  /** How many trades there are of each symbol. */
  static SortedMap<String, Long> trades(Connection connection) throws SQLException {
    SortedMap<String, Long> trades = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT symbol, count(*) FROM trades GROUP BY symbol")) {
      while (result.next()) {
        trades.put(result.getString(1), result.getLong(2));
      }
    }
    return trades;
  }

  /** How many positions are not the sum of their trades. */
  static long brokenPositions(Connection connection) throws SQLException {
    return number(connection, BROKEN_POSITIONS);
  }

  /**
   * Checks all B-tree indexes against their tables.
   *
   * @return how many there are
   * @throws SQLException if one is wrong, saying which
   */
  static long checkIndexes(Connection connection) throws SQLException {
    return number(connection, CHECK_INDEXES);
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }
}
