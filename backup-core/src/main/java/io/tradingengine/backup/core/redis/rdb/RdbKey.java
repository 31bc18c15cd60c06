package io.tradingengine.backup.core.redis.rdb;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A key and what is known of it beside its value. Immutable, but for the name's bytes. */
public final class RdbKey {
  private final int database;
  private final byte[] name;
  private final OptionalLong expiresAt;
  private final OptionalLong idleSeconds;
  private final OptionalInt frequency;

  private RdbKey(int database, byte[] name, Use use) {
    this.database = database;
    this.name = name;
    this.expiresAt = use.expiresAt;
    this.idleSeconds = use.idleSeconds;
    this.frequency = use.frequency;
  }

  /** What stands before a key's type, each only where the server has it. */
  record Use(OptionalLong expiresAt, OptionalLong idleSeconds, OptionalInt frequency) {
    static final Use NONE =
        new Use(OptionalLong.empty(), OptionalLong.empty(), OptionalInt.empty());
  }

  /** A key that does not expire. The array is not copied. */
  public static RdbKey of(int database, byte[] name) {
    if (database < 0) {
      throw new IllegalArgumentException("not a database: " + database);
    }
    return new RdbKey(database, name, Use.NONE);
  }

  static RdbKey of(int database, byte[] name, Use use) {
    return new RdbKey(database, name, use);
  }

  /**
   * This key, to expire.
   *
   * @param epochMillis milliseconds since 1970, as {@code PEXPIRETIME} gives them
   */
  public RdbKey expiringAt(long epochMillis) {
    return new RdbKey(
        database, name, new Use(OptionalLong.of(epochMillis), idleSeconds, frequency));
  }

  public int database() {
    return database;
  }

  /** The key's bytes; not to be changed. */
  public byte[] name() {
    return name;
  }

  /** When it expires, in milliseconds since 1970; empty if never. */
  public OptionalLong expiresAt() {
    return expiresAt;
  }

  /** For how long nobody used it; where the server evicts by that. */
  public OptionalLong idleSeconds() {
    return idleSeconds;
  }

  /** How often it is used, 0 to 255 on the server's logarithmic scale; where it evicts by that. */
  public OptionalInt frequency() {
    return frequency;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RdbKey key
        && database == key.database
        && Arrays.equals(name, key.name)
        && expiresAt.equals(key.expiresAt)
        && idleSeconds.equals(key.idleSeconds)
        && frequency.equals(key.frequency);
  }

  @Override
  public int hashCode() {
    return 31 * database + Arrays.hashCode(name);
  }

  /** For messages: the name in ASCII, cut short, and the database. */
  @Override
  public String toString() {
    return "key \"" + Printable.text(name) + "\" of database " + database;
  }
}
