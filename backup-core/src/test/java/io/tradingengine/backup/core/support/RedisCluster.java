package io.tradingengine.backup.core.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Three masters of version 7 that share a cluster's slots. */
public final class RedisCluster implements AutoCloseable {
  private static final int SLOTS = 16384;
  private static final int MASTERS = 3;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final List<RedisServer> masters = new ArrayList<>();

  private RedisCluster() {}

  /** Starts the cluster and waits until it serves. */
  public static RedisCluster start() {
    RedisCluster cluster = new RedisCluster();
    try {
      for (int i = 0; i < MASTERS; i++) {
        cluster.masters.add(node());
      }
      for (int i = 0; i < MASTERS; i++) {
        RedisServer master = cluster.masters.get(i);
        master.call(
            "CLUSTER",
            "ADDSLOTSRANGE",
            Integer.toString(SLOTS * i / MASTERS),
            Integer.toString(SLOTS * (i + 1) / MASTERS - 1));
        cluster.meet(master);
      }
      cluster.masters.forEach(RedisCluster::awaitServing);
      return cluster;
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
  }

  /** A node that belongs to no cluster yet. */
  public static RedisServer node() {
    return RedisServer.of(7)
        .setting("cluster-enabled", "yes")
        .setting("cluster-node-timeout", "5000")
        .start();
  }

  /** Makes a node known to the first master. */
  public void meet(RedisServer node) {
    masters.get(0).call("CLUSTER", "MEET", "127.0.0.1", Integer.toString(node.port()));
  }

  private static void awaitServing(RedisServer node) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!RedisServer.text(node.call("CLUSTER", "INFO")).contains("cluster_state:ok")) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the cluster does not come up:\n" + node.log());
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  public List<RedisServer> masters() {
    return masters;
  }

  /** {@code host:port} of the first master. */
  public String seed() {
    return "127.0.0.1:" + masters.get(0).port();
  }

  /** Sets a key on the master that serves its slot. */
  public void set(String key, String value) {
    long slot = (Long) masters.get(0).call("CLUSTER", "KEYSLOT", key);
    masters.get((int) (slot * MASTERS / SLOTS)).call("SET", key, value);
  }

  @Override
  public void close() {
    masters.forEach(RedisServer::close);
  }
}
