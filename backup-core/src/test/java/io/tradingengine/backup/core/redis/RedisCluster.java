package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Redis.Restore;
import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.core.support.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A cluster of Redis 7 on this machine, masters only. */
record RedisCluster(List<RedisServer> servers) implements AutoCloseable {
  private static final int SLOTS = 16384;

  /** Starts one master for each first slot. */
  static RedisCluster start(int... firstSlots) throws InterruptedException {
    RedisCluster cluster = new RedisCluster(new ArrayList<>());
    try {
      String[] buses = new String[firstSlots.length];
      for (int i = 0; i < firstSlots.length; i++) {
        buses[i] = Integer.toString(freePort());
        cluster.servers.add(
            RedisServer.of(7)
                .setting("cluster-enabled", "yes")
                .setting("cluster-port", buses[i])
                .start());
        int next = i + 1 < firstSlots.length ? firstSlots[i + 1] : SLOTS;
        cluster
            .servers
            .get(i)
            .call(
                "CLUSTER",
                "ADDSLOTSRANGE",
                Integer.toString(firstSlots[i]),
                Integer.toString(next - 1));
        String port = Integer.toString(cluster.servers.get(i).port());
        if (i > 0) {
          cluster.servers.get(0).call("CLUSTER", "MEET", "127.0.0.1", port, buses[i]);
        }
      }
      cluster.await();
      return cluster;
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
  }

  private void await() throws InterruptedException {
    for (RedisServer server : servers) {
      while (!RedisServer.text(server.call("CLUSTER", "INFO")).contains("cluster_state:ok")) {
        Thread.sleep(20);
      }
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RedisSettings settings() {
    return RestoreFixture.redis(
        new RedisTopology.Cluster(
            List.of(new RedisAddress.Tcp("127.0.0.1", servers.get(1).port())),
            RedisTopology.CopyFrom.MASTER),
        Duration.ofSeconds(20));
  }

  RestoreSettings restoring() {
    return RestoreFixture.to(settings(), Restore.AUTO);
  }

  List<String> digests() {
    return servers.stream().map(RedisServer::digest).toList();
  }

  /**
   * What {@code DEBUG DIGEST} of a single server with all the keys would be: an exclusive or of one
   * constant and each key's. So of an odd number of masters.
   */
  String digest() {
    BigInteger all =
        digests().stream()
            .map(digest -> new BigInteger(digest, 16))
            .reduce(BigInteger.ZERO, BigInteger::xor);
    return String.format(Locale.ROOT, "%040x", all);
  }

  @Override
  public void close() {
    servers.forEach(RedisServer::close);
  }
}
