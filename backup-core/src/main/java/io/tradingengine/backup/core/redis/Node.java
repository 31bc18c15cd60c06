package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.wire.RedisAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A master, and its replicas.
 *
 * @param master where it listens
 * @param replicas where its replicas listen
 * @param slots the slots that it serves in a cluster, in order; empty without one
 */
record Node(RedisAddress master, List<RedisAddress> replicas, List<Slots> slots) {

  Node {
    replicas = List.copyOf(replicas);
    slots = List.copyOf(slots);
  }

  /**
   * Neighbouring slots of a cluster.
   *
   * @param first the first, 0 to 16383
   * @param last the last, which belongs to them
   */
  record Slots(int first, int last) implements Comparable<Slots> {
    /** How many slots a cluster has: "Redis cluster specification", key distribution. */
    static final int ALL = 16384;

    Slots {
      if (first < 0 || last < first || last >= ALL) {
        throw new IllegalArgumentException("not slots: " + first + " to " + last);
      }
    }

    @Override
    public int compareTo(Slots other) {
      return Integer.compare(first, other.first);
    }

    @Override
    public String toString() {
      return first == last ? Integer.toString(first) : first + "-" + last;
    }
  }

  /** The slots as manifests have them: {@code 0-5460 6000}. */
  String slotText() {
    return slots.stream().map(Slots::toString).collect(Collectors.joining(" "));
  }

  /** Where to copy from, in the order in which to try. */
  List<RedisAddress> copyFrom(RedisTopology.CopyFrom preference) {
    List<RedisAddress> order = new ArrayList<>();
    if (preference == RedisTopology.CopyFrom.REPLICA) {
      order.addAll(replicas);
    }
    order.add(master);
    return order;
  }
}
