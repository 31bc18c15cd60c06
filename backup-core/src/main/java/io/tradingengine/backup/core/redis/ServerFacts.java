package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.rdb.Flavour;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server says of itself in {@code INFO}. Immutable.
 *
 * @param flavour whether it is Redis or Valkey
 * @param version its own version, such as {@code 7.0.15}
 * @param fields all fields of {@code INFO} by name
 * @param databases what each database holds, by number; only those that hold something
 */
record ServerFacts(
    Flavour flavour, String version, Map<String, String> fields, Map<Integer, Database> databases) {
  private static final Pattern DATABASE = Pattern.compile("db(\\d{1,9})");
  private static final Pattern COUNTS = Pattern.compile("keys=(\\d{1,18}),expires=(\\d{1,18}).*");

  /**
   * What a database holds.
   *
   * @param keys how many keys
   * @param expires how many of them are to expire
   */
  record Database(long keys, long expires) {}

  ServerFacts {
    fields = Map.copyOf(fields);
    databases = java.util.Collections.unmodifiableMap(new TreeMap<>(databases));
  }

  /** Asks a server. */
  static ServerFacts of(RedisLink link) throws IOException, InterruptedException {
    return parse(link.call("INFO").text());
  }

  /** Reads what {@code INFO} gave. */
  static ServerFacts parse(String info) throws IOException {
    Map<String, String> fields = new HashMap<>();
    Map<Integer, Database> databases = new TreeMap<>();
    info.lines()
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              if (colon > 0) {
                String name = line.substring(0, colon);
                String value = line.substring(colon + 1);
                fields.put(name, value);
                Matcher database = DATABASE.matcher(name);
                Matcher counts = COUNTS.matcher(value);
                if (database.matches() && counts.matches()) {
                  databases.put(
                      Integer.parseInt(database.group(1)),
                      new Database(
                          Long.parseLong(counts.group(1)), Long.parseLong(counts.group(2))));
                }
              }
            });
    boolean valkey = "valkey".equals(fields.get("server_name"));
    String version = fields.get(valkey ? "valkey_version" : "redis_version");
    if (version == null) {
      throw new IOException("INFO does not say which version the server is: is it Redis?");
    }
    return new ServerFacts(valkey ? Flavour.VALKEY : Flavour.REDIS, version, fields, databases);
  }

  Optional<String> field(String name) {
    return Optional.ofNullable(fields.get(name));
  }

  private boolean is(String name, String value) {
    return value.equals(fields.get(name));
  }

  boolean inCluster() {
    return is("cluster_enabled", "1");
  }

  boolean isReplica() {
    return is("role", "slave");
  }

  /** Whether it is a replica that follows its master at this moment. */
  boolean isLinkedToMaster() {
    return is("master_link_status", "up");
  }

  boolean isLoading() {
    return is("loading", "1");
  }

  boolean isSentinel() {
    return is("redis_mode", "sentinel");
  }

  /** Keys of all databases. */
  long keys() {
    return databases.values().stream().mapToLong(Database::keys).sum();
  }

  /** Keys of all databases that are to expire. */
  long expires() {
    return databases.values().stream().mapToLong(Database::expires).sum();
  }

  /** The version's first number; 0 where it is none. */
  int major() {
    int dot = version.indexOf('.');
    try {
      return Integer.parseInt(dot < 0 ? version : version.substring(0, dot));
    } catch (NumberFormatException e) {
      return 0; // an unreleased build may call itself anything
    }
  }
}
