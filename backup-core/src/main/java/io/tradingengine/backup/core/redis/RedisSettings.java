package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Redis.Snapshot;
import io.tradingengine.backup.core.redis.wire.RedisAccess;
import java.time.Duration;

/**
 * What a configuration says of capturing a Redis. Immutable.
 *
 * @param name the source's name
 * @param topology where the servers are
 * @param access as whom to connect to servers
 * @param sentinelAccess as whom to connect to sentinels
 * @param snapshot how to copy
 * @param retry how often to begin again
 */
record RedisSettings(
    String name,
    RedisTopology topology,
    RedisAccess access,
    RedisAccess sentinelAccess,
    Snapshot snapshot,
    Retry retry) {

  /**
   * How often a copy that broke off is begun again.
   *
   * @param attempts how often in all
   * @param first the pause before the second attempt; it doubles from then on
   * @param longest the longest pause
   */
  record Retry(int attempts, Duration first, Duration longest) {}

  RedisTopology.CopyFrom copyFrom() {
    if (topology instanceof RedisTopology.Sentinel sentinel) {
      return sentinel.preference();
    }
    if (topology instanceof RedisTopology.Cluster cluster) {
      return cluster.preference();
    }
    // Who names a replica wants it used.
    return RedisTopology.CopyFrom.REPLICA;
  }
}
