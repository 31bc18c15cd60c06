package io.tradingengine.backup.core.support;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Fills Redis servers with data of every kind, and tells what is in them. */
public final class RedisData {
  private static final long FAR_FUTURE = 4_102_444_800_000L; // 2100-01-01
  private static final int PIPELINE = 1000;

  /** 6.2 says how long a key has to live, not until when: in milliseconds, with a clock beside. */
  private static final long ASKED_WITHIN = 2;

  private RedisData() {}

  /** All that two equal servers have in common. */
  public record Contents(
      String digest, Map<String, Long> expiries, String functions, String groups) {}

  /**
   * Puts mixed keys into databases 0, 1 and 9: strings, hashes, lists, sets, sorted sets, streams
   * with groups and pending entries, bitmaps, large and small encodings; every fifth to expire. On
   * 7 a library of functions, too.
   */
  public static void fill(RedisServer server, int keys) {
    try (RedisServer.Client client = server.client()) {
      fill(client, keys);
      streams(client);
      encodings(client);
      if (server.major() >= 7) {
        client.call(
            "FUNCTION",
            "LOAD",
            "REPLACE",
            "#!lua name=trading\nredis.register_function('spread', function(k, a) return 7 end)");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void fill(RedisServer.Client client, int keys) throws IOException {
    int queued = 0;
    int database = 0;
    for (int i = 0; i < keys; i++) {
      int wanted = i % 100 == 0 ? 1 : i % 100 == 1 ? 9 : 0;
      if (wanted != database) {
        database = wanted;
        client.send("SELECT", Integer.toString(database));
        queued++;
      }
      String key = "key:" + i;
      switch (i % 8) {
        case 0 -> client.send("HSET", key, "symbol", "S" + i % 50, "price", Integer.toString(i));
        case 1 -> client.send("RPUSH", key, "a" + i, "b" + i, Integer.toString(i));
        case 2 -> client.send("SADD", key, Integer.toString(i), Integer.toString(i * 7));
        case 3 -> client.send("ZADD", key, Integer.toString(i), "m" + i, "1.5", "n" + i);
        default -> client.send("SET", key, "value of " + i);
      }
      queued++;
      if (i % 5 == 0) {
        client.send("PEXPIREAT", key, Long.toString(FAR_FUTURE + i));
        queued++;
      }
      if (queued >= PIPELINE) {
        client.drain(queued);
        queued = 0;
      }
    }
    client.send("SELECT", "0");
    client.drain(queued + 1);
  }

  private static void streams(RedisServer.Client client) throws IOException {
    for (int i = 1; i <= 300; i++) {
      client.send("XADD", "orders", i + "-1", "symbol", "S" + i, "quantity", Integer.toString(i));
    }
    client.drain(300);
    client.call("XGROUP", "CREATE", "orders", "matchers", "0");
    client.call("XGROUP", "CREATE", "orders", "auditors", "100-1");
    client.call("XREADGROUP", "GROUP", "matchers", "one", "COUNT", "20", "STREAMS", "orders", ">");
    client.call("XREADGROUP", "GROUP", "matchers", "two", "COUNT", "5", "STREAMS", "orders", ">");
    client.call("XACK", "orders", "matchers", "3-1", "4-1");
    client.call("XDEL", "orders", "7-1");
  }

  private static void encodings(RedisServer.Client client) throws IOException {
    int queued = 0;
    for (int i = 0; i < 3000; i++) {
      String value = "element-" + i;
      client.send("RPUSH", "large:list", value);
      client.send("SADD", "large:set", value);
      client.send("ZADD", "large:zset", i + ".25", value);
      client.send("HSET", "large:hash", "field" + i, value);
      client.send("SADD", "large:intset", Integer.toString(i * 1_000_000));
      queued += 5;
      if (queued >= PIPELINE) {
        client.drain(queued);
        queued = 0;
      }
    }
    client.drain(queued);
    client.call("SETBIT", "bits", "100000", "1");
    client.call("PFADD", "visitors", "a", "b", "c");
    client.call("SET", "compressible", "x".repeat(100_000));
    byte[] binary = new byte[300];
    for (int i = 0; i < binary.length; i++) {
      binary[i] = (byte) i;
    }
    client.call("SET".getBytes(UTF_8), binary, binary);
  }

  /** What is in a server, for comparing. The expiries are those of the first keys of database 0. */
  public static Contents contents(RedisServer server) {
    try (RedisServer.Client client = server.client()) {
      return new Contents(
          server.digest(),
          expiries(server, client),
          server.major() >= 7 ? text(client.call("FUNCTION", "LIST", "WITHCODE")) : "",
          groups(client));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compares when keys expire: exactly, or where 6.2 is asked as closely as can be asked. */
  public static void assertSameExpiries(RedisServer server, Contents actual, Contents expected) {
    assertThat(actual.expiries().keySet()).isEqualTo(expected.expiries().keySet());
    long allowed = server.major() >= 7 ? 0 : ASKED_WITHIN;
    actual
        .expiries()
        .forEach(
            (key, at) ->
                assertThat(Math.abs(at - expected.expiries().get(key)))
                    .as(key)
                    .isLessThanOrEqualTo(allowed));
  }

  private static String groups(RedisServer.Client client) throws IOException {
    if (!Long.valueOf(1).equals(client.call("EXISTS", "orders"))) {
      return "";
    }
    return text(client.call("XINFO", "GROUPS", "orders"))
        + text(client.call("XPENDING", "orders", "matchers", "-", "+", "100"))
            // how long an entry has been pending goes on counting
            .replaceAll("(\\d+-\\d+, \\w+), \\d+", "$1");
  }

  /** Every key that expires, and when, in all databases: in milliseconds since 1970. */
  private static Map<String, Long> expiries(RedisServer server, RedisServer.Client client)
      throws IOException {
    Map<String, Long> expiries = new TreeMap<>();
    for (int database : List.of(0, 1, 9)) {
      client.call("SELECT", Integer.toString(database));
      String cursor = "0";
      do {
        List<?> page = (List<?>) client.call("SCAN", cursor, "COUNT", "2000");
        cursor = text(page.get(0));
        List<byte[]> keys = new ArrayList<>();
        ((List<?>) page.get(1)).forEach(key -> keys.add((byte[]) key));
        expiries(server, client, database, keys, expiries);
      } while (!cursor.equals("0"));
    }
    client.call("SELECT", "0");
    return expiries;
  }

  private static void expiries(
      RedisServer server,
      RedisServer.Client client,
      int database,
      List<byte[]> keys,
      Map<String, Long> into)
      throws IOException {
    boolean absolute = server.major() >= 7;
    List<byte[]> again = new ArrayList<>();
    for (byte[] key : keys) {
      if (absolute) {
        client.send("PEXPIRETIME".getBytes(UTF_8), key);
      } else {
        client.send("TIME");
        client.send("PTTL".getBytes(UTF_8), key);
        client.send("TIME");
      }
    }
    client.flush();
    for (byte[] key : keys) {
      long before = absolute ? 0 : time((List<?>) client.receive());
      long answer = (Long) client.receive();
      long after = absolute ? 0 : time((List<?>) client.receive());
      if (after - before > 1) {
        again.add(key); // the server was held up between the two
      } else if (answer >= 0) {
        into.put(database + ":" + new String(key, UTF_8), before + answer);
      }
    }
    if (!again.isEmpty()) {
      expiries(server, client, database, again, into);
    }
  }

  private static long time(List<?> time) {
    return Long.parseLong(text(time.get(0))) * 1000 + Long.parseLong(text(time.get(1))) / 1000;
  }

  private static String text(Object answer) {
    if (answer instanceof List<?> list) {
      List<String> texts = new ArrayList<>();
      list.forEach(each -> texts.add(text(each)));
      return texts.toString();
    }
    return RedisServer.text(answer);
  }
}
