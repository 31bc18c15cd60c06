package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Counts what an RDB holds. As the visitor of {@link RdbReader#read} it skips all values; another
 * visitor that reads them itself passes its calls on, and {@link #add} instead of {@link #key}.
 *
 * <p>Not safe for use by several threads.
 */
public final class SummaryCollector implements RdbVisitor {
  private static final int MOST_FIELDS = 100;
  private static final int LONGEST_FIELD = 1024;

  private final long expiredBefore;
  private final SortedMap<Integer, RdbSummary.Database> databases = new TreeMap<>();
  private final Map<ValueKind, RdbSummary.Values> kinds = new EnumMap<>(ValueKind.class);
  private final Map<String, String> auxiliary = new HashMap<>();
  private final Set<String> modules = new TreeSet<>();
  private long functionLibraries;
  private long largestValue;

  /**
   * Nothing counted yet.
   *
   * @param now keys that expire before this instant count as expired, as they do to a server
   */
  public SummaryCollector(Instant now) {
    expiredBefore = now.toEpochMilli();
  }

  @Override
  public void auxiliary(String name, byte[] value) {
    if (auxiliary.size() < MOST_FIELDS && value.length <= LONGEST_FIELD) {
      auxiliary.put(name, new String(value, UTF_8));
    }
  }

  @Override
  public void function(byte[] code) {
    functionLibraries++;
  }

  @Override
  public void module(String typeName) {
    modules.add(typeName);
  }

  @Override
  public void key(RdbKey key, RdbValue value) throws IOException {
    value.skip();
    add(key, value);
  }

  /** Counts a key whose value was read already. */
  public void add(RdbKey key, RdbValue value) {
    boolean expires = key.expiresAt().isPresent();
    boolean expired = expires && key.expiresAt().getAsLong() < expiredBefore;
    databases.merge(
        key.database(),
        new RdbSummary.Database(1, expires ? 1 : 0, expired ? 1 : 0),
        RdbSummary.Database::plus);
    kinds.merge(value.kind(), new RdbSummary.Values(1, value.length()), RdbSummary.Values::plus);
    largestValue = Math.max(largestValue, value.length());
  }

  /** What was counted so far. */
  public RdbSummary summary() {
    return new RdbSummary(databases, kinds, functionLibraries, modules, largestValue, auxiliary);
  }
}
