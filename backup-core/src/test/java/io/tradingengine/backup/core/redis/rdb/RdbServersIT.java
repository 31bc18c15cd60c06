package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import io.tradingengine.backup.core.redis.rdb.RdbVerdict.Checksum;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.RedisServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** RDBs of real servers, and real servers as judges. */
@Timeout(120)
class RdbServersIT {
  static final List<Integer> MAJORS = RedisServer.MAJORS;

  @TempDir Path folder;

  @ParameterizedTest
  @FieldSource("MAJORS")
  void whatAServerSavesIsReadWholeAndCounted(int major) throws IOException {
    try (RedisServer server = RedisServer.start(major)) {
      Keyspace.fill(server);
      Path rdb = save(server);
      RdbSummary summary = summary(rdb, Instant.ofEpochMilli(Keyspace.LATER + 9));
      assertThat(summary.databases().keySet()).containsExactly(0, 3, 15);
      assertThat(summary.databases().get(0).keys()).isEqualTo(keys(server, 0).size());
      assertThat(summary.databases().get(3)).isEqualTo(new RdbSummary.Database(22, 21, 10));
      assertThat(summary.functionLibraries()).isEqualTo(major >= 7 ? 1 : 0);
      assertThat(summary.kinds().get(ValueKind.STREAM).count()).isEqualTo(2);
      assertThat(summary.kinds().get(ValueKind.HASH).count()).isEqualTo(3);
      assertThat(summary.serverVersion()).contains(server.info("redis_version"));
      assertThat(summary.modules()).isEmpty();
      assertThat(summary.largestValue()).isBetween(100_000L, 100_010L);
      assertThat(summary.valueBytes()).isLessThan(Files.size(rdb));
      assertThat(RdbVersions.newestReadBy(server.info("redis_version"), Flavour.REDIS))
          .contains(verified(rdb).version());
    }
  }

  @ParameterizedTest
  @CsvSource({"6, 6", "6, 7", "7, 7"})
  void everyValueIsRestoredAsItWas(int from, int to) throws IOException {
    try (RedisServer source = RedisServer.start(from);
        RedisServer target = RedisServer.start(to)) {
      Keyspace.fill(source);
      try (InputStream rdb = Files.newInputStream(save(source));
          RedisServer.Client client = target.client()) {
        RdbReader.read(rdb, new Restoring(client, new DumpPayload.Room(folder, 10_000)));
      }
      assertThat(target.digest()).isEqualTo(source.digest());
      assertThat(digests(target)).isEqualTo(digests(source)).hasSizeGreaterThan(50);
      assertSame(expiries(target), expiries(source));
      if (from >= 7) {
        assertThat(RedisServer.text(target.call("FCALL", "f", "0"))).isEqualTo("x");
      }
      assertThat(folder).isEmptyDirectory();
    }
  }

  /** Restores as a managed server would have to be. */
  private static final class Restoring implements RdbVisitor {
    private final RedisServer.Client client;
    private final DumpPayload.Room room;
    private RdbVersion version = new RdbVersion(9);

    Restoring(RedisServer.Client client, DumpPayload.Room room) {
      this.client = client;
      this.room = room;
    }

    @Override
    public void version(RdbVersion found) {
      version = found;
    }

    @Override
    public void function(byte[] code) throws IOException {
      try (DumpPayload dump = DumpPayload.ofFunctions(List.of(code), version, room)) {
        client.call(bytes("FUNCTION"), bytes("RESTORE"), dump.open().readAllBytes());
      }
    }

    @Override
    public void key(RdbKey key, RdbValue value) throws IOException {
      try (DumpPayload dump = DumpPayload.of(value, room)) {
        byte[] payload = dump.open().readAllBytes();
        assertThat(payload).hasSize((int) dump.length());
        client.call("SELECT", "" + key.database());
        byte[] expiry = bytes("" + key.expiresAt().orElse(0));
        client.call(
            bytes("RESTORE"), key.name(), expiry, payload, bytes("REPLACE"), bytes("ABSTTL"));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void anRdbComposedOfDumpsLoadsToTheSame(int major) throws IOException {
    Path rdb = folder.resolve("dump.rdb");
    try (RedisServer source = RedisServer.start(major)) {
      Keyspace.fill(source);
      compose(source, rdb);
      verified(rdb);
      Oracles.run("redis-check-rdb", rdb.toString()).orFail();
      try (RedisServer target = RedisServer.of(major).directory(folder).start()) {
        assertThat(target.digest()).isEqualTo(source.digest());
        assertThat(digests(target)).isEqualTo(digests(source));
        assertSame(expiries(target), expiries(source));
        if (major >= 7) {
          assertThat((byte[]) target.call("FUNCTION", "DUMP"))
              .isEqualTo((byte[]) source.call("FUNCTION", "DUMP"));
        }
      }
    }
  }

  private static void compose(RedisServer source, Path rdb) throws IOException {
    try (OutputStream out = Files.newOutputStream(rdb);
        RedisServer.Client client = source.client()) {
      byte[] first = (byte[]) client.call("DUMP", "string:1");
      RdbWriter writer = RdbWriter.start(out, DumpPayload.check(first));
      writer.auxiliary("redis-ver", source.info("redis_version"));
      writer.auxiliary("ctime", "" + Instant.now().getEpochSecond());
      if (source.major() >= 7) {
        writer.functions((byte[]) client.call("FUNCTION", "DUMP"));
      }
      for (int database : new int[] {0, 3, 15}) {
        client.call("SELECT", "" + database);
        for (byte[] name : keys(source, database)) {
          RdbKey key = RdbKey.of(database, name);
          long expiry = expiry(client, name);
          byte[] dump = (byte[]) client.call(bytes("DUMP"), name);
          writer.key(expiry < 0 ? key : key.expiringAt(expiry), dump);
        }
      }
      writer.finish();
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void anEmptyServersRdbIsReadToo(int major) throws IOException {
    try (RedisServer server = RedisServer.start(major)) {
      RdbSummary summary = summary(save(server), Instant.now());
      assertThat(summary.total()).isEqualTo(new RdbSummary.Database(0, 0, 0));
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void anRdbWithoutAChecksumIsUnverifiable(int major) throws IOException {
    try (RedisServer server = RedisServer.of(major).setting("rdbchecksum", "no").start()) {
      server.call("SET", "key", "value");
      byte[] rdb = Files.readAllBytes(save(server));
      RdbVerifier verifier = new RdbVerifier();
      verifier.update(rdb, 0, rdb.length);
      assertThat(verifier.finish().checksum()).isEqualTo(Checksum.UNVERIFIABLE);
      assertThat(RdbBytes.events(rdb)).contains("UNVERIFIABLE");
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void whatAServerKnowsOfAKeysUseIsRead(int major) throws IOException {
    for (String policy : List.of("allkeys-lru", "allkeys-lfu")) {
      try (RedisServer server = RedisServer.of(major).setting("maxmemory-policy", policy).start()) {
        server.call("SET", "key", "value");
        assertThat(RdbBytes.events(Files.readAllBytes(save(server))))
            .anyMatch(line -> line.matches("key STRING 0 6 (idle|frequency) \\d+"));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aRealRdbCutOrChangedAnywhereIsRefused(int major) throws IOException {
    try (RedisServer server = RedisServer.start(major)) {
      try (RedisServer.Client client = server.client()) {
        client.call("RPUSH", "list", "a", "b", "12");
        client.call("ZADD", "sorted", "1", "a");
        client.call("SETEX", "expiring", "10000", "long ".repeat(20));
        client.call("XADD", "stream", "1-1", "f", "v");
        client.call("XGROUP", "CREATE", "stream", "group", "0");
        client.call("XREADGROUP", "GROUP", "group", "one", "STREAMS", "stream", ">");
      }
      byte[] rdb = Files.readAllBytes(save(server));
      for (int length = 0; length < rdb.length; length++) {
        byte[] cut = Arrays.copyOf(rdb, length);
        assertThatIOException().isThrownBy(() -> RdbBytes.events(cut));
      }
      Random random = new Random(6);
      for (int at = 0; at < rdb.length - 8; at++) {
        byte[] flipped = rdb.clone();
        flipped[at] ^= (byte) (1 + random.nextInt(255));
        assertThatIOException().isThrownBy(() -> RdbBytes.events(flipped));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void valuesLargerThanTheRoomGoThroughAFile(int major) throws IOException {
    byte[] large = new byte[64 << 20];
    new Random(7).nextBytes(large);
    try (RedisServer source = RedisServer.start(major);
        RedisServer target = RedisServer.start(major)) {
      try (RedisServer.Client client = source.client()) {
        client.call(bytes("SET"), bytes("string"), large);
        client.call(
            "EVAL",
            "for i = 1, 200 do local t = {}; for j = 1, 5000 do t[j] = i * 5000 + j"
                + " end; redis.call('RPUSH', 'list', unpack(t)) end",
            "0");
        client.call(
            "EVAL", "for i = 1, 50000 do redis.call('HSET', 'hash', i, 'value ' .. i) end", "0");
      }
      Path rdb = save(source);
      assertThat(summary(rdb, Instant.now()).largestValue()).isEqualTo(large.length + 5L);
      try (InputStream in = Files.newInputStream(rdb);
          RedisServer.Client client = target.client()) {
        RdbReader.read(in, new Restoring(client, new DumpPayload.Room(folder, 1 << 20)));
      }
      assertThat(target.digest()).isEqualTo(source.digest());
    }
  }

  private static Path save(RedisServer server) {
    server.call("SAVE");
    return server.directory().resolve("dump.rdb");
  }

  private static RdbSummary summary(Path rdb, Instant now) throws IOException {
    SummaryCollector collector = new SummaryCollector(now);
    try (InputStream in = Files.newInputStream(rdb)) {
      assertThat(RdbReader.read(in, collector)).isEqualTo(verified(rdb));
    }
    return collector.summary();
  }

  private static RdbVerdict verified(Path rdb) throws IOException {
    byte[] bytes = Files.readAllBytes(rdb);
    RdbVerifier verifier = new RdbVerifier();
    verifier.update(bytes, 0, bytes.length);
    RdbVerdict verdict = verifier.finish();
    assertThat(verdict.checksum()).isEqualTo(Checksum.VERIFIED);
    assertThat(RdbReader.read(new ByteArrayInputStream(bytes), new RdbVisitor() {}))
        .isEqualTo(verdict);
    return verdict;
  }

  /** Each key's digest in each database. */
  private static List<String> digests(RedisServer server) throws IOException {
    return each(server, (client, name) -> RedisServer.text(digest(client, name)));
  }

  private static Object digest(RedisServer.Client client, byte[] name) throws IOException {
    return ((List<?>) client.call(bytes("DEBUG"), bytes("DIGEST-VALUE"), name)).get(0);
  }

  /** When each key that expires does, in milliseconds since 1970. */
  private static Map<String, Long> expiries(RedisServer server) throws IOException {
    Map<String, Long> expiries = new TreeMap<>();
    each(
        server,
        (client, name) -> {
          long expiry = expiry(client, name);
          return expiry < 0 ? "" : "" + expiries.put(Printable.text(name), expiry);
        });
    return expiries;
  }

  /** The same, but for what it takes 6.2 to look at the clock twice. */
  private static void assertSame(Map<String, Long> actual, Map<String, Long> expected) {
    assertThat(actual).hasSize(21).containsOnlyKeys(expected.keySet());
    actual.forEach((key, at) -> assertThat(at).as(key).isCloseTo(expected.get(key), within(2L)));
  }

  /** When a key expires; 6.2 cannot say it, only for how long it stays. */
  private static long expiry(RedisServer.Client client, byte[] name) throws IOException {
    client.send(bytes("PEXPIRETIME"), name);
    client.send(
        bytes("EVAL"),
        bytes(
            "local left = redis.call('PTTL', KEYS[1]); local now = redis.call('TIME');"
                + " return left < 0 and left or left + now[1] * 1000 + math.floor(now[2] / 1000)"),
        bytes("1"),
        name);
    client.drain(0);
    Object exact = client.receive();
    Object summed = client.receive();
    return (Long) (exact instanceof Long ? exact : summed);
  }

  private interface Question {
    String ask(RedisServer.Client client, byte[] name) throws IOException;
  }

  private static List<String> each(RedisServer server, Question question) throws IOException {
    List<String> answers = new ArrayList<>();
    try (RedisServer.Client client = server.client()) {
      for (int database : new int[] {0, 3, 15}) {
        client.call("SELECT", "" + database);
        for (byte[] name : keys(server, database)) {
          answers.add(database + " " + Printable.text(name) + " " + question.ask(client, name));
        }
      }
    }
    return answers;
  }

  private static List<byte[]> keys(RedisServer server, int database) throws IOException {
    try (RedisServer.Client client = server.client()) {
      client.call("SELECT", "" + database);
      return ((List<?>) client.call("KEYS", "*"))
          .stream().map(byte[].class::cast).sorted(Arrays::compare).toList();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
