package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.core.support.RedisServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Writes each trade to PostgreSQL and then counts it in Redis, until it is closed: at any moment,
 * Redis has counted what PostgreSQL holds, or one less.
 */
final class CountedTrades implements AutoCloseable {
  private final PgServer server;
  private final RedisServer cache;
  private final Thread thread;
  private boolean paused;
  private boolean resting;
  private boolean stopped;
  private Exception failure;

  CountedTrades(PgServer server, RedisServer cache) {
    this.server = server;
    this.cache = cache;
    server.execute("CREATE TABLE IF NOT EXISTS trade (id bigserial PRIMARY KEY, note text)");
    thread = new Thread(this::run, "trades");
    thread.start();
  }

  private void run() {
    try (Connection connection = server.connect();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO trade (note) VALUES (repeat('x', 100))");
        RedisServer.Client client = cache.client()) {
      while (goOn()) {
        insert.executeUpdate();
        client.call("INCR", "trades");
      }
    } catch (SQLException | IOException | InterruptedException e) {
      failure = e;
    }
  }

  private synchronized boolean goOn() throws InterruptedException {
    while (paused && !stopped) {
      resting = true;
      notifyAll();
      wait();
    }
    resting = false;
    return !stopped;
  }

  /** Stops writing until {@link #resume()}; returns when nothing is under way. */
  synchronized void pause() throws InterruptedException {
    paused = true;
    while (!resting && thread.isAlive()) {
      wait(100);
    }
  }

  synchronized void resume() {
    paused = false;
    notifyAll();
  }

  static long inPostgres(PgServer server) {
    return Long.parseLong(server.value("SELECT count(*) FROM trade"));
  }

  static long inRedis(RedisServer cache) {
    Object count = cache.call("GET", "trades");
    return count == null ? 0 : Long.parseLong(RedisServer.text(count));
  }

  @Override
  public void close() {
    synchronized (this) {
      stopped = true;
      notifyAll();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw new IllegalStateException("trading has failed", failure);
    }
  }
}
