package io.tradingengine.backup.core.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Masters of version 7 that share a cluster's slots. */
public final class RedisCluster implements AutoCloseable {
  private static final int SLOTS = 16384;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final List<RedisServer> masters = new ArrayList<>();
  private final int[] firstSlots;

  private RedisCluster(int[] firstSlots) {
    this.firstSlots = firstSlots.clone();
  }

  /** Starts three masters and waits until they serve. */
  public static RedisCluster start() {
    return start(0, 5461, 10922);
  }

  /** Starts one master for each first slot, and waits until they serve. */
  public static RedisCluster start(int... firstSlots) {
    RedisCluster cluster = new RedisCluster(firstSlots);
    try {
      for (int i = 0; i < firstSlots.length; i++) {
        cluster.add(i);
      }
      cluster.masters.forEach(RedisCluster::awaitServing);
      return cluster;
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
  }

  private void add(int index) {
    // By default it would be the port and 10000 more, which may be taken, or no port at all.
    int bus = freePort();
    RedisServer master = node(bus);
    masters.add(master);
    int next = index + 1 < firstSlots.length ? firstSlots[index + 1] : SLOTS;
    master.call(
        "CLUSTER",
        "ADDSLOTSRANGE",
        Integer.toString(firstSlots[index]),
        Integer.toString(next - 1));
    String port = Integer.toString(master.port());
    masters.get(0).call("CLUSTER", "MEET", "127.0.0.1", port, Integer.toString(bus));
  }

  /** A node that belongs to no cluster yet. */
  public static RedisServer node() {
    return node(freePort());
  }

  private static RedisServer node(int bus) {
    return RedisServer.of(7)
        .setting("cluster-enabled", "yes")
        .setting("cluster-port", Integer.toString(bus))
        .start();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitServing(RedisServer node) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!RedisServer.text(node.call("CLUSTER", "INFO")).contains("cluster_state:ok")) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the cluster does not come up:\n" + node.log());
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** The masters, in the order of their slots. */
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
    int index = firstSlots.length - 1;
    while (firstSlots[index] > slot) {
      index--;
    }
    masters.get(index).call("SET", key, value);
  }

  /** {@code DEBUG DIGEST} of each master. */
  public List<String> digests() {
    return masters.stream().map(RedisServer::digest).toList();
  }

  /**
   * What {@code DEBUG DIGEST} of a single server with all the keys would be: an exclusive or of one
   * constant and each key's. So of an odd number of masters.
   */
  public String digest() {
    BigInteger all =
        digests().stream()
            .map(digest -> new BigInteger(digest, 16))
            .reduce(BigInteger.ZERO, BigInteger::xor);
    return String.format(Locale.ROOT, "%040x", all);
  }

  @Override
  public void close() {
    masters.forEach(RedisServer::close);
  }
}
