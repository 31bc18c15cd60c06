package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.rdb.DumpPayload;
import io.tradingengine.backup.core.redis.rdb.RdbKey;
import io.tradingengine.backup.core.redis.rdb.RdbVersion;
import io.tradingengine.backup.core.redis.rdb.RdbVersions;
import io.tradingengine.backup.core.redis.rdb.RdbWriter;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.Reply;
import io.tradingengine.backup.spi.ArtifactStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Copies all data of a server key by key, where it does not let itself be replicated: {@code SCAN},
 * {@code DUMP}, and the expiry. Each value is that of one moment, all together are not. What comes
 * of it is an RDB, as of every other snapshot.
 */
final class ScanSnapshot {
  private static final String BATCH = "512";

  /**
   * Values asked for at a time. The server holds all of them in memory until they are sent, beside
   * its data: so they are few, and one by one after a large one.
   */
  private static final int MOST_AT_ONCE = 64;

  private static final long LARGE = 1 << 20;
  private static final long EXACT_WITHIN_MICROS = 1000;
  private static final long UNSURE = Long.MIN_VALUE;

  private final RedisLink link;
  private final ServerFacts facts;
  private int atOnce = 1;

  ScanSnapshot(RedisLink link, ServerFacts facts) {
    this.link = link;
    this.facts = facts;
  }

  /**
   * What was copied.
   *
   * @param version the RDB's
   * @param keys how many keys
   * @param functions whether the functions are in it, where the server has such
   */
  record Copy(RdbVersion version, long keys, boolean functions) {}

  /**
   * Copies everything into {@code out}, and does not finish it.
   *
   * @throws ArtifactException if the artifact could not be written
   */
  Copy copyTo(ArtifactStream out) throws IOException, InterruptedException {
    Optional<byte[]> functions = functions();
    RdbVersion version = version(functions);
    RdbWriter rdb = RdbWriter.start(new Marked(out), version);
    rdb.auxiliary(Words.of(facts.flavour()) + "-ver", facts.version());
    if (functions.isPresent()) {
      rdb.functions(functions.get());
    }
    long keys = 0;
    for (int database : facts.databases().keySet()) {
      if (!facts.inCluster()) {
        link.call("SELECT", Integer.toString(database));
      }
      keys += copyDatabase(database, rdb);
    }
    rdb.finish();
    return new Copy(version, keys, functions.isPresent() || facts.major() < 7);
  }

  private Optional<byte[]> functions() throws IOException, InterruptedException {
    if (facts.major() < 7 || !(link.ask("FUNCTION", "DUMP") instanceof Reply.Bulk dump)) {
      return Optional.empty();
    }
    return Optional.ofNullable(dump.bytes());
  }

  /** What the server's DUMPs are of, and so its RDBs. */
  private RdbVersion version(Optional<byte[]> functions) throws IOException {
    if (functions.isPresent()) {
      return DumpPayload.versionOf(functions.get());
    }
    return RdbVersions.newestReadBy(facts.version(), facts.flavour())
        .orElseThrow(
            () ->
                new IOException(
                    "the server's version "
                        + facts.version()
                        + " is newer than this library knows, and it does not say which format its"
                        + " DUMPs have: allow FUNCTION DUMP, or PSYNC"));
  }

  private long copyDatabase(int database, RdbWriter rdb) throws IOException, InterruptedException {
    SeenKeys seen = new SeenKeys();
    long copied = 0;
    String cursor = "0";
    do {
      List<Reply> page = link.call("SCAN", cursor, "COUNT", BATCH).elements();
      cursor = page.get(0).text();
      List<byte[]> keys = new ArrayList<>();
      for (Reply key : page.get(1).elements()) {
        if (key instanceof Reply.Bulk bulk && bulk.bytes() != null && seen.add(bulk.bytes())) {
          keys.add(bulk.bytes());
        }
      }
      while (!keys.isEmpty()) {
        List<byte[]> some = keys.subList(0, Math.min(atOnce, keys.size()));
        copied += copy(database, some, rdb);
        some.clear();
      }
    } while (!cursor.equals("0"));
    return copied;
  }

  private long copy(int database, List<byte[]> keys, RdbWriter rdb)
      throws IOException, InterruptedException {
    long[] expiries = expiries(keys);
    for (byte[] key : keys) {
      link.send(word("DUMP"), key);
    }
    link.flush();
    long copied = 0;
    long longest = 0;
    for (int i = 0; i < keys.size(); i++) {
      long length = link.receiveBulk("DUMP");
      longest = Math.max(longest, length);
      if (length < 0) {
        continue; // gone since SCAN saw it
      }
      RdbKey key = RdbKey.of(database, keys.get(i));
      if (expiries[i] >= 0) {
        key = key.expiringAt(expiries[i]);
      }
      rdb.key(key, new BulkInputStream(link, length), length);
      link.endOfBulk();
      copied++;
    }
    atOnce = longest > LARGE ? 1 : Math.min(MOST_AT_ONCE, 2 * atOnce);
    return copied;
  }

  /** When each key expires, in milliseconds since the epoch; negative if it does not. */
  private long[] expiries(List<byte[]> keys) throws IOException, InterruptedException {
    // PEXPIRETIME came with 7.0; before it, what is left to live and the server's time say it.
    return facts.major() >= 7 ? expiryTimes(keys) : timesToLive(keys);
  }

  private long[] expiryTimes(List<byte[]> keys) throws IOException, InterruptedException {
    for (byte[] key : keys) {
      link.send(word("PEXPIRETIME"), key);
    }
    link.flush();
    long[] expiries = new long[keys.size()];
    for (int i = 0; i < expiries.length; i++) {
      expiries[i] = link.receive().number();
    }
    return expiries;
  }

  private long[] timesToLive(List<byte[]> keys) throws IOException, InterruptedException {
    for (byte[] key : keys) {
      link.send("TIME");
      link.send(word("PTTL"), key);
    }
    link.send("TIME");
    link.flush();
    long[] expiries = new long[keys.size()];
    List<byte[]> again = new ArrayList<>();
    long before = micros(link.receive());
    for (int i = 0; i < expiries.length; i++) {
      long left = link.receive().number();
      long after = micros(link.receive());
      expiries[i] = left < 0 ? left : before / 1000 + left;
      if (left >= 0 && after - before > EXACT_WITHIN_MICROS) {
        expiries[i] = UNSURE;
        again.add(keys.get(i));
      }
      before = after;
    }
    return again.isEmpty() ? expiries : merge(expiries, timesToLive(again));
  }

  /** A server that was held up between the two questions is asked once more. */
  private static long[] merge(long[] expiries, long[] again) {
    int next = 0;
    for (int i = 0; i < expiries.length; i++) {
      if (expiries[i] == UNSURE) {
        expiries[i] = again[next++];
      }
    }
    return expiries;
  }

  private static long micros(Reply reply) throws IOException {
    List<Reply> parts = reply.elements();
    return Long.parseLong(parts.get(0).text()) * 1_000_000 + Long.parseLong(parts.get(1).text());
  }

  private static byte[] word(String word) {
    return word.getBytes(StandardCharsets.US_ASCII);
  }

  /** Tells a failure of the artifact from one of the server. */
  private static final class Marked extends OutputStream {
    private final ArtifactStream out;

    Marked(ArtifactStream out) {
      this.out = out;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ArtifactException.guard(() -> out.write(bytes, offset, length));
    }
  }
}
