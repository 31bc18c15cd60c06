package io.tradingengine.backup.core.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.Redis;
import io.tradingengine.backup.Redis.TlsMode;
import io.tradingengine.backup.core.redis.RestoreSettings.ReachedAt;
import io.tradingengine.backup.core.redis.wire.RedisAccess;
import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.core.support.RedisServer;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Data of all kinds, captures of servers, and restores to others. */
final class RestoreFixture {
  /** An instant in 2100, in milliseconds. */
  static final long FAR = 4_102_444_800_000L;

  private RestoreFixture() {}

  /** Fills a server with all kinds of values, in several databases, some of which expire. */
  static void fill(RedisServer server) throws IOException {
    try (RedisServer.Client client = server.client()) {
      for (int i = 0; i < 20_000; i++) {
        client.send("SET", "key:" + i, "value " + i + " of a key that has some length");
      }
      client.drain(20_000);
      client.call("RPUSH", "list", "a", "b", "c");
      client.call("SADD", "set", "a", "b", "c");
      client.call("SADD", "numbers", "1", "2", "3");
      client.call("ZADD", "sorted", "1.5", "a", "2", "b");
      client.call("HSET", "hash", "field", "value", "other", "value");
      client.call("XADD", "stream", "1-1", "field", "value");
      client.call("XADD", "stream", "2-1", "field", "other");
      client.call("XGROUP", "CREATE", "stream", "group", "0");
      client.call(
          "XREADGROUP", "GROUP", "group", "consumer", "COUNT", "1", "STREAMS", "stream", ">");
      client.call("SETRANGE", "large", "3000000", "end");
      for (int i = 0; i < 500; i++) {
        client.send("SET", "expiring:" + i, "x");
        client.send("PEXPIREAT", "expiring:" + i, Long.toString(FAR + i));
        client.send("RPUSH", "long list", "element " + i);
        client.send("HSET", "big hash", "field " + i, "some value " + i);
      }
      client.drain(2_000);
      client.call("SELECT", "3");
      client.call("SET", "elsewhere", "value");
      client.call("PEXPIREAT", "elsewhere", Long.toString(FAR));
      if (server.major() >= 7) {
        client.call(
            "FUNCTION",
            "LOAD",
            "#!lua name=lib\nredis.register_function('answer', function() return 42 end)");
      }
    }
  }

  /** All that makes up a server's state and is not in its digest. */
  static String rest(RedisServer server) throws IOException {
    StringBuilder text = new StringBuilder();
    try (RedisServer.Client client = server.client()) {
      String expiry = server.major() >= 7 ? "PEXPIRETIME" : "PTTL";
      for (int i = 0; i < 500; i += 50) {
        long value = (Long) client.call(expiry, "expiring:" + i);
        if (server.major() < 7) {
          // To 100 s, as the clock goes on; that the millisecond is right, PEXPIRETIME shows.
          value = (value + System.currentTimeMillis()) / 100_000;
        }
        text.append(value).append('\n');
      }
      text.append(
          show(client.callRaw("XINFO", "STREAM", "stream", "FULL"))
              .replaceAll("(seen-time|active-time|idle|inactive)[^a-z]*", ""));
      text.append(show(client.callRaw("XPENDING", "stream", "group")));
      if (server.major() >= 7) {
        text.append(show(client.call("FUNCTION", "LIST", "WITHCODE")));
      }
    }
    return text.toString();
  }

  private static String show(Object answer) {
    if (answer instanceof List<?> list) {
      return list.stream().map(RestoreFixture::show).toList().toString();
    }
    return answer instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(answer);
  }

  static RedisAccess access(Duration timeout) {
    return new RedisAccess(
        Optional.empty(),
        Optional::empty,
        new RedisAccess.Tls(TlsMode.DISABLE, Optional.empty(), Optional.empty(), Optional.empty()),
        timeout);
  }

  static RedisSettings redis(RedisServer server, Duration timeout) {
    return redis(
        new RedisTopology.Single(
            new RedisAddress.Tcp(server.host(), server.port()), Optional.empty()),
        timeout);
  }

  static RedisSettings redis(RedisTopology topology, Duration timeout) {
    return new RedisSettings(
        "redis",
        topology,
        access(timeout),
        access(timeout),
        Redis.Snapshot.AUTO,
        new RedisSettings.Retry(1, Duration.ofMillis(10), Duration.ofMillis(20)));
  }

  static RestoreSettings to(RedisServer server, Redis.Restore method) {
    return to(redis(server, Duration.ofSeconds(20)), method);
  }

  static RestoreSettings to(RedisSettings redis, Redis.Restore method) {
    return new RestoreSettings(
        redis, method, Optional.empty(), ReachedAt.ANYWHERE, Optional.empty());
  }

  /** What a backup has of a server. */
  record Backup(MemoryCapture capture, SourceState state) {
    static Backup of(RedisServer server) throws IOException, InterruptedException {
      return of(redis(server, Duration.ofSeconds(20)));
    }

    static Backup of(RedisSettings settings) throws IOException, InterruptedException {
      MemoryCapture capture = new MemoryCapture();
      try (Connections connections = new Connections(settings)) {
        return new Backup(
            capture, new RedisCapture(settings, connections, capture, Clock.systemUTC()).run());
      }
    }

    Captured captured() {
      return capture.captured(state);
    }

    RestoreTask task() {
      return task(null, false);
    }

    RestoreTask forced() {
      return task(null, true);
    }

    RestoreTask task(Path into, boolean force) {
      return new RestoreTask(captured(), Optional.ofNullable(into), Map.of(), force, bytes -> {});
    }

    /** A task that runs something once that many bytes have been read for the first time. */
    RestoreTask interruptedAt(long offset, Runnable what) {
      return interruptedAt(1, offset, what);
    }

    /** A task that runs something once the n-th reader has read that many bytes. */
    RestoreTask interruptedAt(int reader, long offset, Runnable what) {
      AtomicInteger readers = new AtomicInteger();
      Captured captured = captured();
      Captured hooked =
          (Captured)
              Proxy.newProxyInstance(
                  Captured.class.getClassLoader(),
                  new Class<?>[] {Captured.class},
                  (proxy, method, arguments) -> {
                    Object result = method.invoke(captured, arguments);
                    return result instanceof InputStream in && readers.incrementAndGet() == reader
                        ? hook(in, offset, what)
                        : result;
                  });
      return new RestoreTask(hooked, Optional.empty(), Map.of(), true, bytes -> {});
    }

    private static InputStream hook(InputStream in, long offset, Runnable what) {
      return new FilterInputStream(in) {
        private long position;
        private boolean done;

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
          if (position >= offset && !done) {
            done = true;
            what.run();
          }
          int count = super.read(bytes, from, length);
          position += count;
          return count;
        }
      };
    }

    /** The same with one byte changed in the middle. */
    Backup damaged() {
      byte[] bytes = capture.bytes("dump");
      bytes[bytes.length / 2] ^= 1;
      return new Backup(new MemoryCapture().replace("dump", "rdb", bytes), state);
    }
  }
}
