package io.tradingengine.backup.core.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a manifest says of a Redis snapshot. Immutable.
 *
 * @param serverVersion such as {@code 7.0.15}
 * @param method how the data was copied
 * @param topology what the servers were to one another
 * @param parts one for each master, in the order of their slots
 * @param settings values of {@code CONFIG GET} that a restore into files wants to know, such as
 *     {@code appendonly}; empty where the user may not read them
 */
record RedisState(
    String serverVersion,
    Method method,
    Topology topology,
    List<Part> parts,
    Map<String, String> settings) {
  private static final String SETTING = "setting.";

  /** How data is copied. */
  enum Method {
    /** As a replica does: a point in time. */
    PSYNC,
    /** Key by key: not a point in time. */
    SCAN
  }

  /** What servers are to one another. */
  enum Topology {
    SERVER,
    SENTINEL,
    CLUSTER
  }

  RedisState {
    Objects.requireNonNull(serverVersion, "serverVersion");
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(topology, "topology");
    parts = List.copyOf(parts);
    settings = Map.copyOf(settings);
    if (parts.isEmpty() || (topology != Topology.CLUSTER && parts.size() != 1)) {
      throw new IllegalArgumentException("a Redis snapshot with " + parts.size() + " parts");
    }
  }

  /**
   * One master's data.
   *
   * @param artifact the artifact that has it, an RDB
   * @param address the server that it was copied from
   * @param slots the slots of a cluster, such as {@code 0-5460 6000}; empty without one
   * @param position where the replication stream stood; empty if it was copied key by key
   * @param rdbVersion the version of the RDB's format
   * @param keys how many keys there were, as the server counted when the copy began
   * @param expires how many of them were to expire
   */
  record Part(
      String artifact,
      String address,
      String slots,
      Optional<Position> position,
      int rdbVersion,
      long keys,
      long expires) {}

  /**
   * A place in a replication stream.
   *
   * @param replicationId 40 hexadecimal digits
   * @param offset bytes since the stream began
   */
  record Position(String replicationId, long offset) {}

  /** Whether the data is that of one moment. */
  boolean pointInTime() {
    return method == Method.PSYNC;
  }

  long keys() {
    return parts.stream().mapToLong(Part::keys).sum();
  }

  long expires() {
    return parts.stream().mapToLong(Part::expires).sum();
  }

  /** The newest format of all parts. */
  int rdbVersion() {
    return parts.stream().mapToInt(Part::rdbVersion).max().orElseThrow();
  }

  /** As a manifest has it; a single server's attributes stand without a prefix. */
  Map<String, String> attributes() {
    Map<String, String> attributes = new TreeMap<>();
    attributes.put("server-version", serverVersion);
    attributes.put("method", Words.of(method));
    attributes.put("point-in-time", pointInTime() ? "yes" : "no");
    attributes.put("topology", Words.of(topology));
    if (topology == Topology.CLUSTER) {
      attributes.put("shards", Integer.toString(parts.size()));
    }
    for (int i = 0; i < parts.size(); i++) {
      describe(parts.get(i), prefix(topology, i + 1), attributes);
    }
    settings.forEach((name, value) -> attributes.put(SETTING + name, value));
    return attributes;
  }

  private static void describe(Part part, String prefix, Map<String, String> attributes) {
    attributes.put(prefix + "artifact", part.artifact());
    attributes.put(prefix + "address", part.address());
    if (!part.slots().isEmpty()) {
      attributes.put(prefix + "slots", part.slots());
    }
    part.position()
        .ifPresent(
            position -> {
              attributes.put(prefix + "replication-id", position.replicationId());
              attributes.put(prefix + "offset", Long.toString(position.offset()));
            });
    attributes.put(prefix + "rdb-version", Integer.toString(part.rdbVersion()));
    attributes.put(prefix + "keys", Long.toString(part.keys()));
    attributes.put(prefix + "expires", Long.toString(part.expires()));
  }

  private static String prefix(Topology topology, int number) {
    return topology == Topology.CLUSTER ? "shard-" + number + "." : "";
  }

  /**
   * Reads what {@link #attributes()} wrote.
   *
   * @throws IllegalArgumentException if the manifest was written by something else
   */
  static RedisState parse(Map<String, String> attributes) {
    Topology topology = Words.parse(Topology.class, require(attributes, "topology"));
    int count = topology == Topology.CLUSTER ? Math.toIntExact(number(attributes, "shards")) : 1;
    List<Part> parts = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      parts.add(part(attributes, prefix(topology, i)));
    }
    Map<String, String> settings = new TreeMap<>();
    attributes.forEach(
        (name, value) -> {
          if (name.startsWith(SETTING)) {
            settings.put(name.substring(SETTING.length()), value);
          }
        });
    return new RedisState(
        require(attributes, "server-version"),
        Words.parse(Method.class, require(attributes, "method")),
        topology,
        parts,
        settings);
  }

  private static Part part(Map<String, String> attributes, String prefix) {
    Optional<Position> position =
        Optional.ofNullable(attributes.get(prefix + "replication-id"))
            .map(id -> new Position(id, number(attributes, prefix + "offset")));
    return new Part(
        require(attributes, prefix + "artifact"),
        require(attributes, prefix + "address"),
        attributes.getOrDefault(prefix + "slots", ""),
        position,
        Math.toIntExact(number(attributes, prefix + "rdb-version")),
        number(attributes, prefix + "keys"),
        number(attributes, prefix + "expires"));
  }

  private static String require(Map<String, String> attributes, String name) {
    String value = attributes.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the manifest lacks the attribute '" + name + "'");
    }
    return value;
  }

  private static long number(Map<String, String> attributes, String name) {
    String text = require(attributes, name);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the manifest's attribute '" + name + "' is '" + text + "', expected a number", e);
    }
  }
}
