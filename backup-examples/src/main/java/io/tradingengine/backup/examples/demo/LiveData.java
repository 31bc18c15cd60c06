package io.tradingengine.backup.examples.demo;

import io.lettuce.core.Consumer;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.tradingengine.backup.BackupException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.function.LongFunction;

/** What a trading engine keeps in Redis: how it is filled, and what it says of the trades. */
final class LiveData {
  private static final String TRADES = "trades:";

  private static final int ORDERS = 0;
  private static final int SESSIONS = 1;
  private static final int SEEN = 2;

  private static final int BATCH = 5000;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration WORKING_DAY = Duration.ofHours(9);
  private static final Duration DAY = Duration.ofDays(1);

  private LiveData() {}

  /**
   * Fills an empty server: counts of trades, open orders, order books and a stream of executions
   * with a consumer group in database 0, sessions that expire in 1, references seen in 2.
   *
   * @param trades how many trades there are of each symbol
   */
  static void fill(RedisClient client, SortedMap<String, Long> trades) {
    long orders = trades.values().stream().mapToLong(Long::longValue).sum() / 10;
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      RedisCommands<String, String> commands = connection.sync();
      commands.select(ORDERS);
      trades.forEach((symbol, count) -> commands.set(TRADES + symbol, Long.toString(count)));
      new Batches(connection).run(orders, i -> order(connection.async(), i));
      books(connection, List.copyOf(trades.keySet()));
      executions(commands);
      commands.select(SESSIONS);
      long night = System.currentTimeMillis() + WORKING_DAY.toMillis();
      new Batches(connection)
          .run(1000, i -> connection.async().set("session:" + i, "token-" + i * 7919));
      new Batches(connection)
          .run(1000, i -> connection.async().pexpireat("session:" + i, night + i));
      commands.select(SEEN);
      new Batches(connection)
          .run(
              orders,
              i -> connection.async().set("seen:" + i, "", SetArgs.Builder.px(DAY.toMillis() + i)));
    }
  }

  /** What Redis learns of more trades: new counts, all at once, and executions. */
  static void tradeOn(RedisClient client, SortedMap<String, Long> trades) {
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      RedisCommands<String, String> commands = connection.sync();
      commands.multi();
      trades.forEach((symbol, count) -> commands.set(TRADES + symbol, Long.toString(count)));
      commands.exec();
      for (int i = 1; i <= 50; i++) {
        commands.xadd("executions", Map.of("order", "order:" + i, "quantity", "1"));
        commands.hincrby("order:" + i, "quantity", 1);
        commands.rpush("journal", i + " FILL BUY 1.00");
      }
      commands.del("order:2");
    }
  }

  /** How many keys there are, in all databases. */
  static long keys(RedisClient client) {
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      long keys = 0;
      for (int database : List.of(ORDERS, SESSIONS, SEEN)) {
        connection.sync().select(database);
        keys += connection.sync().dbsize();
      }
      return keys;
    }
  }

  /** Removes everything, as a tired operator might. */
  static void destroy(RedisClient client) {
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      connection.sync().flushall();
    }
  }

  /** How many symbols' counts in Redis differ from {@code trades}. */
  static long wrongCounts(RedisClient client, SortedMap<String, Long> trades) {
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      RedisCommands<String, String> commands = connection.sync();
      return trades.entrySet().stream()
          .filter(
              each -> !Long.toString(each.getValue()).equals(commands.get(TRADES + each.getKey())))
          .count();
    }
  }

  private static RedisFuture<?> order(RedisAsyncCommands<String, String> commands, long i) {
    return commands.hset(
        "order:" + i,
        Map.of(
            "side",
            i % 2 == 0 ? "BUY" : "SELL",
            "quantity",
            Long.toString(1 + i * 31 % 500),
            "state",
            "OPEN"));
  }

  private static void books(
      StatefulRedisConnection<String, String> connection, List<String> symbols) {
    RedisAsyncCommands<String, String> commands = connection.async();
    Random random = new Random(42);
    for (String symbol : symbols) {
      new Batches(connection)
          .run(
              1000,
              i ->
                  commands.zadd(
                      "book:" + symbol + (i % 2 == 0 ? ":bids" : ":asks"),
                      random.nextInt(200_000) / 100.0,
                      "order:" + i));
    }
    new Batches(connection).run(5000, i -> commands.rpush("journal", i + " NEW BUY 1.00"));
    new Batches(connection).run(3000, i -> commands.sadd("accounts", "Trader " + i));
  }

  /** Executions, some of which are handed out to be settled, and not all of those settled yet. */
  @SuppressWarnings("unchecked") // lettuce takes its streams as generic varargs
  private static void executions(RedisCommands<String, String> commands) {
    for (int i = 1; i <= 500; i++) {
      commands.xadd("executions", Map.of("order", "order:" + i, "quantity", Integer.toString(i)));
    }
    commands.xgroupCreate(
        XReadArgs.StreamOffset.from("executions", "0"), "settlement", new XGroupCreateArgs());
    var taken =
        commands.xreadgroup(
            Consumer.from("settlement", "clearing-1"),
            XReadArgs.Builder.count(20),
            XReadArgs.StreamOffset.lastConsumed("executions"));
    commands.xack("executions", "settlement", taken.get(0).getId(), taken.get(1).getId());
  }

  /** Sends many commands without waiting for each. */
  private record Batches(StatefulRedisConnection<String, String> connection) {
    void run(long count, LongFunction<RedisFuture<?>> command) {
      List<RedisFuture<?>> sent = new ArrayList<>();
      connection.setAutoFlushCommands(false);
      try {
        for (long i = 1; i <= count; i++) {
          sent.add(command.apply(i));
          if (sent.size() == BATCH || i == count) {
            connection.flushCommands();
            if (!LettuceFutures.awaitAll(PATIENCE, sent.toArray(RedisFuture[]::new))) {
              throw new BackupException("Redis does not answer");
            }
            sent.clear();
          }
        }
      } finally {
        connection.setAutoFlushCommands(true);
      }
    }
  }
}
