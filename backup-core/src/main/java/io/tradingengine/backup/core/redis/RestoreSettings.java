package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Redis.Restore;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What a configuration says of restoring a Redis. Immutable.
 *
 * @param redis the server, and how to connect to it
 * @param method how to bring the data back
 * @param dataDirectory where files go that are not told otherwise
 * @param reachedAt where the server reaches this process
 * @param tryWith a {@code redis-server} that tries out files before they take their place
 */
record RestoreSettings(
    RedisSettings redis,
    Restore method,
    Optional<Path> dataDirectory,
    ReachedAt reachedAt,
    Optional<Path> tryWith) {

  RestoreSettings {
    Objects.requireNonNull(redis, "redis");
    Objects.requireNonNull(method, "method");
  }

  /**
   * Where a server reaches this process.
   *
   * @param host empty for the address from which this process reaches the server
   * @param port 0 for any free one
   */
  record ReachedAt(Optional<String> host, int port) {
    static final ReachedAt ANYWHERE = new ReachedAt(Optional.empty(), 0);
  }

  String name() {
    return redis.name();
  }
}
