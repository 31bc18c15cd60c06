package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A master that is to be restored, as it was when it was asked. Immutable.
 *
 * @param node the master and its slots
 * @param facts what it said of itself
 * @param configuration those of {@link #WANTED} that the user may read
 */
record RestoreTarget(Node node, ServerFacts facts, Map<String, String> configuration) {
  static final String DISKLESS_LOAD = "repl-diskless-load";
  static final String MASTER_PASSWORD = "masterauth";
  static final String MASTER_USER = "masteruser";

  private static final String TLS_REPLICATION = "tls-replication";
  private static final String DATABASES = "databases";
  private static final String LONGEST_BULK = "proto-max-bulk-len";
  private static final String REPLICATION_TIMEOUT = "repl-timeout";

  /** Passwords are not among them: those are asked for when they are to be put back. */
  private static final List<String> WANTED =
      List.of(TLS_REPLICATION, DATABASES, LONGEST_BULK, REPLICATION_TIMEOUT);

  RestoreTarget {
    configuration = Map.copyOf(configuration);
  }

  /** Asks a master. */
  static RestoreTarget of(Node node, RedisLink link) throws IOException, InterruptedException {
    ServerFacts facts = ServerFacts.of(link);
    Map<String, String> configuration = new TreeMap<>();
    for (String name : WANTED) {
      Optional<String> value = ServerConfiguration.get(link, name);
      if (value.isPresent()) {
        configuration.put(name, value.get());
      }
    }
    return new RestoreTarget(node, facts, configuration);
  }

  RedisAddress address() {
    return node.master();
  }

  boolean replicatesByTls() {
    return "yes".equals(configuration.get(TLS_REPLICATION));
  }

  /** How many databases it has; a server that is asked for one more terminates. */
  long databases() {
    return number(DATABASES, Integer.MAX_VALUE);
  }

  /** The longest argument that it takes, in bytes. */
  long longestBulk() {
    return number(LONGEST_BULK, Long.MAX_VALUE);
  }

  /** For how long a master may be silent, in seconds. */
  long replicationTimeout() {
    return number(REPLICATION_TIMEOUT, 60);
  }

  /** Libraries of functions; those before 7.0 have none. */
  long functionLibraries() {
    return facts
        .field("number_of_libraries")
        .filter(text -> text.matches("[0-9]{1,18}"))
        .map(Long::parseLong)
        .orElse(0L);
  }

  boolean isEmpty() {
    return facts.keys() == 0 && functionLibraries() == 0;
  }

  /** What it holds, for messages. */
  String contents() {
    long libraries = functionLibraries();
    return facts.keys()
        + " keys"
        + (libraries == 0 ? "" : " and " + libraries + " libraries of functions");
  }

  private long number(String name, long otherwise) {
    String value = configuration.get(name);
    return value != null && value.matches("[0-9]{1,18}") ? Long.parseLong(value) : otherwise;
  }
}
