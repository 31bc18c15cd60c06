package io.tradingengine.backup.core.redis.rdb;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which server reads which RDB.
 *
 * <p>From {@code RDB_VERSION} in the tagged releases' {@code src/rdb.h}, from the table in librdb's
 * {@code src/redisver.h} and release notes (Redis 8.x), and from {@code RDB_VERSION_MAP} in
 * Valkey's {@code src/rdb.h}.
 */
public final class RdbVersions {
  private static final Pattern MAJOR_MINOR = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?!\\d).*");

  /** Newest first: from this release on, a server reads RDBs up to that version. */
  private record Step(int major, int minor, int newest) {
    boolean covers(int otherMajor, int otherMinor) {
      return otherMajor > major || (otherMajor == major && otherMinor >= minor);
    }
  }

  private static final List<Step> REDIS =
      List.of(
          new Step(8, 8, 14),
          new Step(8, 6, 13),
          new Step(7, 4, 12),
          new Step(7, 2, 11),
          new Step(7, 0, 10),
          new Step(5, 0, 9),
          new Step(4, 0, 8),
          new Step(3, 2, 7),
          new Step(2, 6, 6));

  private static final List<Step> VALKEY = List.of(new Step(9, 0, 80), new Step(7, 2, 11));

  /** The newest releases whose version is known; what comes after them may read more. */
  private static final Step LAST_REDIS = REDIS.get(0);

  private static final Step LAST_VALKEY = new Step(9, 1, 80);

  private RdbVersions() {}

  /** Whether a server reads an RDB. */
  public enum Reads {
    YES,
    NO,
    /** The server is newer than this library, or its version makes no sense. */
    UNKNOWN
  }

  /**
   * The newest RDB that a server reads.
   *
   * @param serverVersion as {@code INFO} has it, {@code redis_version} or {@code valkey_version}:
   *     {@code 7.0.15}
   * @return empty if the server is newer than this library knows, or the version makes no sense
   */
  public static Optional<RdbVersion> newestReadBy(String serverVersion, Flavour flavour) {
    Matcher matcher = MAJOR_MINOR.matcher(serverVersion.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    Step last = flavour == Flavour.REDIS ? LAST_REDIS : LAST_VALKEY;
    if (last.covers(major, minor) && !(major == last.major && minor == last.minor)) {
      return Optional.empty();
    }
    return (flavour == Flavour.REDIS ? REDIS : VALKEY)
        .stream()
            .filter(step -> step.covers(major, minor))
            .findFirst()
            .map(step -> new RdbVersion(step.newest));
  }

  /**
   * Whether a server reads an RDB. Not only a newer one can be foreign to it: Valkey reads none of
   * Redis 7.4 and later, and Redis none of Valkey 9 and later.
   */
  public static Reads reads(String serverVersion, Flavour flavour, RdbVersion rdb) {
    if (!rdb.isKnownTo(flavour)) {
      return Reads.NO;
    }
    return newestReadBy(serverVersion, flavour)
        .map(newest -> rdb.number() <= newest.number() ? Reads.YES : Reads.NO)
        .orElse(Reads.UNKNOWN);
  }
}
