package io.tradingengine.backup.core.redis.rdb;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an RDB holds, in numbers.
 *
 * @param databases those with keys, by number
 * @param kinds what kinds of values there are
 * @param functionLibraries how many libraries of functions
 * @param modules the types of modules without which no server loads it, from data beside keys
 * @param largestValue bytes in the RDB, without the key; 0 without keys
 * @param auxiliary fields about the RDB, as {@link RdbVisitor#auxiliary} lists them; long or many
 *     ones left out
 */
public record RdbSummary(
    SortedMap<Integer, Database> databases,
    Map<ValueKind, Values> kinds,
    long functionLibraries,
    Set<String> modules,
    long largestValue,
    Map<String, String> auxiliary) {

  public RdbSummary {
    databases = Collections.unmodifiableSortedMap(new TreeMap<>(databases));
    EnumMap<ValueKind, Values> sorted = new EnumMap<>(ValueKind.class);
    sorted.putAll(kinds);
    kinds = Collections.unmodifiableMap(sorted);
    modules = Collections.unmodifiableSet(new TreeSet<>(modules));
    auxiliary = Collections.unmodifiableMap(new TreeMap<>(auxiliary));
  }

  /**
   * A database.
   *
   * @param expiring how many of the keys expire at some time
   * @param expired how many of these have expired at the instant that was asked for
   */
  public record Database(long keys, long expiring, long expired) {
    Database plus(Database other) {
      return new Database(keys + other.keys, expiring + other.expiring, expired + other.expired);
    }
  }

  /**
   * Values of one kind.
   *
   * @param bytes as they stand in the RDB, without keys
   */
  public record Values(long count, long bytes) {
    Values plus(Values other) {
      return new Values(count + other.count, bytes + other.bytes);
    }
  }

  /** All databases together. */
  public Database total() {
    return databases.values().stream().reduce(new Database(0, 0, 0), Database::plus);
  }

  /** The bytes of all values, without keys. */
  public long valueBytes() {
    return kinds.values().stream().mapToLong(Values::bytes).sum();
  }

  /** The version of the server that wrote the RDB, if it says so. */
  public Optional<String> serverVersion() {
    return Optional.ofNullable(auxiliary.get("redis-ver"))
        .or(() -> Optional.ofNullable(auxiliary.get("valkey-ver")));
  }
}
