package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.wire.RedisConnector;
import java.io.Closeable;

/** The connectors of one piece of work. Thread-safe. */
final class Connections implements Closeable {
  private final RedisConnector servers;
  private final RedisConnector sentinels;
  private final NodeFinder nodes;

  Connections(RedisSettings settings) {
    servers = new RedisConnector(settings.access());
    sentinels =
        settings.topology() instanceof RedisTopology.Sentinel
            ? new RedisConnector(settings.sentinelAccess())
            : servers;
    nodes = new NodeFinder(settings.topology(), servers, sentinels);
  }

  RedisConnector servers() {
    return servers;
  }

  NodeFinder nodes() {
    return nodes;
  }

  /** Ends all connections. */
  @Override
  public void close() {
    servers.close();
    if (sentinels != servers) {
      sentinels.close();
    }
  }
}
