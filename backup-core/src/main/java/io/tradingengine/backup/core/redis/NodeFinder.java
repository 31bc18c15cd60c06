package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.core.redis.wire.RedisConnector;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds the masters that a configuration means, and their replicas, by asking. */
final class NodeFinder {
  private final RedisTopology topology;
  private final RedisConnector servers;
  private final RedisConnector sentinels;

  /**
   * @param servers connects to servers
   * @param sentinels connects to sentinels, which have users of their own
   */
  NodeFinder(RedisTopology topology, RedisConnector servers, RedisConnector sentinels) {
    this.topology = topology;
    this.servers = servers;
    this.sentinels = sentinels;
  }

  /**
   * The masters, in the order of their slots.
   *
   * @throws IOException if none of those to be asked answers, or a cluster is not whole
   */
  List<Node> find() throws IOException, InterruptedException {
    if (topology instanceof RedisTopology.Sentinel sentinel) {
      return List.of(watched(sentinel));
    }
    if (topology instanceof RedisTopology.Cluster cluster) {
      return clustered(cluster);
    }
    RedisTopology.Single single = (RedisTopology.Single) topology;
    return List.of(new Node(single.master(), single.replica().stream().toList(), List.of()));
  }

  private interface Question<T> {
    T ask(RedisLink link) throws IOException, InterruptedException;
  }

  /** Asks one after the other until one answers. */
  private static <T> T askAny(
      List<RedisAddress> addresses, RedisConnector connector, Question<T> question)
      throws IOException, InterruptedException {
    IOException failure = null;
    for (RedisAddress address : addresses) {
      try (RedisLink link = connector.connect(address)) {
        return question.ask(link);
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    throw failure == null ? new IOException("there is nobody to ask") : failure;
  }

  private Node watched(RedisTopology.Sentinel sentinel) throws IOException, InterruptedException {
    return askAny(
        sentinel.sentinels(),
        sentinels,
        link -> {
          List<Reply> address =
              link.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", sentinel.master()).elements();
          if (address.size() != 2) {
            throw new IOException(
                "The sentinel at "
                    + link.address()
                    + " knows no master '"
                    + sentinel.master()
                    + "': set sentinel-master to a name that SENTINEL MASTERS shows");
          }
          return new Node(
              tcp(address.get(0).text(), address.get(1).text()),
              usable(link.call("SENTINEL", "REPLICAS", sentinel.master()).elements()),
              List.of());
        });
  }

  /** The replicas that follow their master, as far as the sentinel knows. */
  private static List<RedisAddress> usable(List<Reply> replicas) throws IOException {
    List<RedisAddress> addresses = new ArrayList<>();
    for (Reply replica : replicas) {
      Map<String, String> fields = new HashMap<>();
      List<Reply> pairs = replica.elements();
      for (int i = 0; i + 1 < pairs.size(); i += 2) {
        fields.put(pairs.get(i).text(), pairs.get(i + 1).text());
      }
      String flags = fields.getOrDefault("flags", "");
      if (!flags.contains("down")
          && !flags.contains("disconnected")
          && "ok".equals(fields.get("master-link-status"))) {
        addresses.add(tcp(fields.getOrDefault("ip", ""), fields.getOrDefault("port", "")));
      }
    }
    return addresses;
  }

  private List<Node> clustered(RedisTopology.Cluster cluster)
      throws IOException, InterruptedException {
    List<Node> nodes =
        askAny(cluster.seeds(), servers, link -> read(link, link.call("CLUSTER", "SLOTS")));
    requireAllSlots(nodes);
    for (Node node : nodes) {
      requireNoneOnTheMove(node);
    }
    return nodes;
  }

  /** Reads {@code CLUSTER SLOTS}: first slot, last slot, master, replicas; for each range. */
  private static List<Node> read(RedisLink link, Reply slots) throws IOException {
    Map<RedisAddress, List<RedisAddress>> replicas = new LinkedHashMap<>();
    Map<RedisAddress, List<Node.Slots>> served = new HashMap<>();
    for (Reply each : slots.elements()) {
      List<Reply> range = each.elements();
      RedisAddress master = node(link, range.get(2));
      List<RedisAddress> followers = new ArrayList<>();
      for (Reply replica : range.subList(3, range.size())) {
        followers.add(node(link, replica));
      }
      replicas.put(master, followers);
      served
          .computeIfAbsent(master, key -> new ArrayList<>())
          .add(
              new Node.Slots(
                  Math.toIntExact(range.get(0).number()), Math.toIntExact(range.get(1).number())));
    }
    Map<Integer, Node> ordered = new TreeMap<>();
    replicas.forEach(
        (master, followers) -> {
          List<Node.Slots> own = served.getOrDefault(master, List.of()).stream().sorted().toList();
          ordered.put(own.get(0).first(), new Node(master, followers, own));
        });
    return List.copyOf(ordered.values());
  }

  /** A node of a cluster; one that does not know its own address is the one that was asked. */
  private static RedisAddress node(RedisLink link, Reply reply) throws IOException {
    List<Reply> fields = reply.elements();
    String host =
        fields.get(0) instanceof Reply.Bulk bulk && bulk.bytes() == null
            ? ""
            : fields.get(0).text();
    if (host.isEmpty() || host.equals("?")) {
      if (link.address() instanceof RedisAddress.Tcp asked) {
        host = asked.host();
      }
    }
    return tcp(host, Long.toString(fields.get(1).number()));
  }

  private static RedisAddress tcp(String host, String port) throws IOException {
    try {
      return new RedisAddress.Tcp(host, Integer.parseInt(port));
    } catch (IllegalArgumentException e) {
      throw new IOException("Redis names a server '" + host + "' with the port '" + port + "'", e);
    }
  }

  /**
   * While a slot is moved, some of its keys are with either master, and {@code CLUSTER SLOTS} does
   * not show it. Each master tells its own: {@code [93->-id]} is leaving, {@code [93-<-id]} is
   * coming.
   */
  private void requireNoneOnTheMove(Node node) throws IOException, InterruptedException {
    try (RedisLink link = servers.connect(node.master())) {
      for (String line : link.call("CLUSTER", "NODES").text().lines().toList()) {
        int open = line.indexOf('[');
        if (line.contains("myself") && open >= 0) {
          throw new IOException(
              "Slots of the cluster are on the move ("
                  + node.master()
                  + " has "
                  + line.substring(open)
                  + "), so keys would be in it twice or not at all: wait until the resharding is"
                  + " through, or end it with redis-cli --cluster fix");
        }
      }
    }
  }

  private static void requireAllSlots(List<Node> nodes) throws IOException {
    int next = 0;
    List<Node.Slots> all = nodes.stream().flatMap(node -> node.slots().stream()).sorted().toList();
    for (Node.Slots slots : all) {
      if (slots.first() != next) {
        break;
      }
      next = slots.last() + 1;
    }
    if (next != Node.Slots.ALL) {
      throw new IOException(
          "The cluster is not whole: no master serves slot "
              + next
              + "; see CLUSTER NODES, and bring it back with redis-cli --cluster fix");
    }
  }
}
