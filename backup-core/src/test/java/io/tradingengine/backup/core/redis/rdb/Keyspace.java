package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.core.support.RedisServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Fills a server with every type in every encoding that it writes. */
final class Keyspace {
  /** When some keys expire, in milliseconds since 1970: in the year 2100. */
  static final long LATER = 4_102_444_800_123L;

  static final String LIBRARY =
      "#!lua name=lib\nredis.register_function('f', function() return 'x' end)";

  private static final int MANY = 1500;

  private final RedisServer.Client client;
  private final int major;

  private Keyspace(RedisServer.Client client, int major) {
    this.client = client;
    this.major = major;
  }

  /** Keys in the databases 0, 3 and 15, some to expire, and on 7 a library of functions. */
  static void fill(RedisServer server) throws IOException {
    try (RedisServer.Client client = server.client()) {
      Keyspace keyspace = new Keyspace(client, server.major());
      keyspace.strings();
      keyspace.lists();
      keyspace.sets();
      keyspace.streams();
      client.call("SELECT", "3");
      keyspace.expiring();
      client.call("SELECT", "15");
      client.call("SET", "last", "database");
      if (server.major() >= 7) {
        client.call("FUNCTION", "LOAD", LIBRARY);
      }
    }
  }

  private void strings() throws IOException {
    String[] values = {
      "", "a", "0", "-1", "127", "-129", "32768", "2147483647", "-2147483649", "007", "1.5"
    };
    for (int i = 0; i < values.length; i++) {
      client.call("SET", "string:" + i, values[i]);
    }
    client.call("SET", "compressible", "the same again, ".repeat(5000));
    client.call("SET", "12345", "a number for a key");
    client.call("SET", "key".repeat(1000), "a compressible key");
    client.call("PFADD", "hyperloglog", "a", "b", "c");
    client.call("SETBIT", "bits", "100000", "1");
    byte[] random = new byte[100_000];
    new Random(5).nextBytes(random);
    client.call("SET".getBytes(UTF_8), new byte[] {0, -1, '\r', '\n'}, random);
  }

  private void lists() throws IOException {
    push("RPUSH", "list:small", 5, i -> "element " + i);
    push("RPUSH", "list:numbers", MANY, i -> "" + i * i * i);
    push("RPUSH", "list:large", MANY, i -> "element " + "x".repeat(i % 300));
    if (major >= 7) {
      client.call("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "100b");
      push("RPUSH", "list:plain", 50, i -> "element " + "y".repeat(i * 10));
      client.call("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "0");
    }
  }

  private void sets() throws IOException {
    push("SADD", "set:small", 5, i -> "member " + i);
    push("SADD", "set:numbers", 100, i -> "" + (i - 50));
    push("SADD", "set:large numbers", MANY, i -> "" + i * 1_000_003);
    push("SADD", "set:large", MANY, i -> "member " + i);
    push("ZADD", "sorted:small", 5, i -> i + 0.5 + " member" + i);
    push("ZADD", "sorted:large", MANY, i -> i / 3.0 + " member" + i);
    client.call("ZADD", "sorted:large", "-inf", "low", "+inf", "high", "1e300", "much");
    push("HSET", "hash:small", 5, i -> "field" + i + " value");
    push("HSET", "hash:large", MANY, i -> "field" + i + " " + "value".repeat(i % 50) + i);
    client.call("HSET", "hash:long value", "field", "long".repeat(100));
  }

  private void streams() throws IOException {
    for (int i = 1; i <= MANY; i++) {
      client.send("XADD", "stream", i + "-1", "sensor", "s" + i % 7, "value", "" + i);
    }
    client.drain(MANY);
    client.call("XDEL", "stream", "5-1", "1500-1");
    client.call("XGROUP", "CREATE", "stream", "readers", "0");
    client.call("XGROUP", "CREATE", "stream", "nobody", "$");
    client.call("XREADGROUP", "GROUP", "readers", "one", "COUNT", "200", "STREAMS", "stream", ">");
    client.call("XREADGROUP", "GROUP", "readers", "two", "COUNT", "100", "STREAMS", "stream", ">");
    client.call("XACK", "stream", "readers", "1-1", "2-1", "250-1");
    client.call("XGROUP", "CREATECONSUMER", "stream", "readers", "idle");
    client.call("XGROUP", "CREATE", "stream:empty", "group", "0", "MKSTREAM");
  }

  private void expiring() throws IOException {
    for (int i = 0; i < 20; i++) {
      client.call("SET", "expiring:" + i, "value " + i);
      client.call("PEXPIREAT", "expiring:" + i, "" + (LATER + i));
    }
    client.call("RPUSH", "list expiring", "a", "b");
    client.call("PEXPIREAT", "list expiring", "" + LATER);
    client.call("SET", "staying", "value");
  }

  @FunctionalInterface
  private interface Element {
    /** Arguments, blanks between them. */
    String at(int index);
  }

  private void push(String command, String key, int count, Element element) throws IOException {
    List<String> words = new ArrayList<>(List.of(command, key));
    for (int i = 0; i < count; i++) {
      String text = element.at(i);
      boolean two = command.startsWith("Z") || command.startsWith("H");
      words.addAll(two ? List.of(text.split(" ", 2)) : List.of(text));
    }
    client.call(words.toArray(String[]::new));
  }
}
