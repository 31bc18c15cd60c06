import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What somebody would write who restores with a client: RESTORE for each key. All keys are read
 * into memory first, which does not count. Prints the seconds that the target took, one key at a
 * time or BATCH without waiting in between.
 *
 * <pre>
 * java -cp backup.jar RestoreClient.java SOURCE_PORT TARGET_PORT BATCH
 * </pre>
 */
public final class RestoreClient {
  private static final int[] DATABASES = {0, 1};
  private static final int PAGE = 1000;

  private record Entry(int database, byte[] key, byte[] value, long expiry) {}

  public static void main(String[] args) {
    List<Entry> entries = read(Integer.parseInt(args[0]));
    int batch = Integer.parseInt(args[2]);
    RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", Integer.parseInt(args[1])));
    try (client;
        StatefulRedisConnection<byte[], byte[]> connection =
            client.connect(ByteArrayCodec.INSTANCE)) {
      connection.sync().ping();
      long began = System.nanoTime();
      write(entries, connection, batch);
      double seconds = (System.nanoTime() - began) / 1e9;
      System.out.printf(Locale.ROOT, "%.3f %d%n", seconds, entries.size());
    }
  }

  private static List<Entry> read(int port) {
    List<Entry> entries = new ArrayList<>();
    RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", port));
    try (client;
        StatefulRedisConnection<byte[], byte[]> connection =
            client.connect(ByteArrayCodec.INSTANCE)) {
      for (int database : DATABASES) {
        connection.sync().select(database);
        ScanCursor cursor = ScanCursor.INITIAL;
        while (!cursor.isFinished()) {
          KeyScanCursor<byte[]> page =
              connection.sync().scan(cursor, ScanArgs.Builder.limit(PAGE));
          read(page.getKeys(), database, connection, entries);
          cursor = page;
        }
      }
    }
    return entries;
  }

  private static void read(
      List<byte[]> keys,
      int database,
      StatefulRedisConnection<byte[], byte[]> connection,
      List<Entry> into) {
    List<RedisFuture<byte[]>> values = new ArrayList<>();
    List<RedisFuture<Long>> expiries = new ArrayList<>();
    connection.setAutoFlushCommands(false);
    for (byte[] key : keys) {
      values.add(connection.async().dump(key));
      expiries.add(connection.async().pexpiretime(key));
    }
    connection.flushCommands();
    connection.setAutoFlushCommands(true);
    for (int i = 0; i < keys.size(); i++) {
      byte[] value = values.get(i).toCompletableFuture().join();
      long expiry = expiries.get(i).toCompletableFuture().join();
      into.add(new Entry(database, keys.get(i), value, Math.max(expiry, 0)));
    }
  }

  private static void write(
      List<Entry> entries, StatefulRedisConnection<byte[], byte[]> connection, int batch) {
    List<RedisFuture<?>> sent = new ArrayList<>();
    int database = 0;
    connection.setAutoFlushCommands(batch == 1);
    for (Entry entry : entries) {
      if (entry.database() != database) {
        sent.add(connection.async().select(entry.database()));
        database = entry.database();
      }
      RestoreArgs options = RestoreArgs.Builder.ttl(entry.expiry()).absttl().replace();
      sent.add(connection.async().restore(entry.key(), entry.value(), options));
      if (sent.size() >= batch) {
        await(sent, connection);
      }
    }
    await(sent, connection);
  }

  private static void await(
      List<RedisFuture<?>> sent, StatefulRedisConnection<byte[], byte[]> connection) {
    connection.flushCommands();
    if (!LettuceFutures.awaitAll(Duration.ofMinutes(1), sent.toArray(RedisFuture[]::new))) {
      throw new IllegalStateException("the target does not answer");
    }
    sent.clear();
  }
}
