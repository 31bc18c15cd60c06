package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.wire.RedisAddress;
import java.util.List;
import java.util.Optional;

/** What a configuration says of where the servers are. */
sealed interface RedisTopology {

  /**
   * One server.
   *
   * @param master the server
   * @param replica a replica of it to copy from
   */
  record Single(RedisAddress master, Optional<RedisAddress> replica) implements RedisTopology {}

  /**
   * A master that sentinels watch.
   *
   * @param master the name that the sentinels know it by
   * @param sentinels where they listen; at least one
   * @param preference which server to copy from
   */
  record Sentinel(String master, List<RedisAddress> sentinels, CopyFrom preference)
      implements RedisTopology {
    public Sentinel {
      sentinels = List.copyOf(sentinels);
    }
  }

  /**
   * A cluster.
   *
   * @param seeds nodes from which the others are learnt; at least one
   * @param preference which servers to copy from
   */
  record Cluster(List<RedisAddress> seeds, CopyFrom preference) implements RedisTopology {
    public Cluster {
      seeds = List.copyOf(seeds);
    }
  }

  /** Which of a master and its replicas to copy from. */
  enum CopyFrom {
    MASTER,
    /** A replica, as long as there is one that follows its master. */
    REPLICA
  }

  /** What a manifest calls it. */
  default RedisState.Topology kind() {
    if (this instanceof Cluster) {
      return RedisState.Topology.CLUSTER;
    }
    return this instanceof Sentinel ? RedisState.Topology.SENTINEL : RedisState.Topology.SERVER;
  }
}
