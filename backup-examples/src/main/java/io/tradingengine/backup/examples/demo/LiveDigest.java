package io.tradingengine.backup.examples.demo;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.tradingengine.backup.spi.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A digest of all that a Redis server holds: of each key its name, its kind, the whole value in an
 * order that does not depend on the server, and the millisecond at which it expires. It asks for
 * all of it as any client could, and so shares nothing with what is to be judged by it.
 */
final class LiveDigest {
  private static final Pattern DATABASE = Pattern.compile("(?m)^db(\\d+):");
  private static final int BATCH = 1000;

  /**
   * When keys expire, in milliseconds since 1970; negative if they do not. Redis 6.2 only says what
   * is left, so the clock is read before and after, until it did not move meanwhile.
   */
  private static final String EXPIRIES =
      """
      local function now()
        local time = redis.call('TIME')
        return time[1] * 1000 + math.floor(time[2] / 1000)
      end
      local expiries = {}
      for i, key in ipairs(KEYS) do
        local before, left
        repeat
          before = now()
          left = redis.call('PTTL', key)
        until before == now()
        expiries[i] = left < 0 and left or before + left
      end
      return expiries
      """;

  private final RedisCommands<String, String> commands;
  private final RedisAsyncCommands<String, String> pipeline;

  private LiveDigest(StatefulRedisConnection<String, String> connection) {
    this.commands = connection.sync();
    this.pipeline = connection.async();
  }

  /** What each database holds, by its name: the count of its keys and the digest of all of them. */
  static Map<String, String> fingerprint(RedisClient client) {
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return new LiveDigest(connection).all();
    }
  }

  private Map<String, String> all() {
    Map<String, String> fingerprint = new LinkedHashMap<>();
    String keyspace = commands.info("keyspace");
    for (MatchResult found : DATABASE.matcher(keyspace).results().toList()) {
      String number = found.group(1);
      commands.select(Integer.parseInt(number));
      fingerprint.put("redis " + number, database());
    }
    return fingerprint;
  }

  private String database() {
    List<String> keys = keys();
    long expiring = 0;
    MessageDigest digest = Sha256.newDigest();
    for (int from = 0; from < keys.size(); from += BATCH) {
      List<String> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
      List<Long> expiries = expiries(batch);
      expiring += expiries.stream().filter(expiry -> expiry >= 0).count();
      List<String> values = values(batch);
      for (int i = 0; i < batch.size(); i++) {
        String entry = batch.get(i) + '\n' + expiries.get(i) + '\n' + values.get(i) + '\n';
        digest.update(entry.getBytes(StandardCharsets.UTF_8));
      }
    }
    String sha256 = Sha256.from(digest).toString();
    return keys.size() + " keys, " + expiring + " to expire, sha256 " + sha256.substring(0, 32);
  }

  private List<String> keys() {
    TreeSet<String> keys = new TreeSet<>();
    ScanCursor cursor = ScanCursor.INITIAL;
    while (!cursor.isFinished()) {
      KeyScanCursor<String> page = commands.scan(cursor, ScanArgs.Builder.limit(BATCH));
      keys.addAll(page.getKeys());
      cursor = page;
    }
    return List.copyOf(keys);
  }

  private List<Long> expiries(List<String> keys) {
    return commands.eval(EXPIRIES, ScriptOutputType.MULTI, keys.toArray(String[]::new));
  }

  /** The kind and the value of each key. */
  private List<String> values(List<String> keys) {
    List<RedisFuture<String>> kinds = new ArrayList<>();
    keys.forEach(key -> kinds.add(pipeline.type(key)));
    List<CompletionStage<String>> values = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      values.add(value(keys.get(i), joined(kinds.get(i))));
    }
    return values.stream().map(LiveDigest::joined).toList();
  }

  private static <T> T joined(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private CompletionStage<String> value(String key, String kind) {
    return switch (kind) {
      case "string" -> pipeline.get(key).thenApply(value -> "string " + value);
      case "hash" -> pipeline.hgetall(key).thenApply(map -> "hash " + new TreeMap<>(map));
      case "set" -> pipeline.smembers(key).thenApply(set -> "set " + new TreeSet<>(set));
      case "list" -> pipeline.lrange(key, 0, -1).thenApply(list -> "list " + list);
      case "zset" -> pipeline.zrangeWithScores(key, 0, -1).thenApply(LiveDigest::ranking);
      // The one form that has everything: entries, groups, consumers, and what is pending.
      default -> pipeline.dump(key).thenApply(dump -> kind + HexFormat.of().formatHex(dump));
    };
  }

  private static String ranking(List<ScoredValue<String>> values) {
    List<String> ranking = new ArrayList<>();
    values.forEach(each -> ranking.add(each.getScore() + " " + each.getValue()));
    return "zset " + ranking;
  }
}
