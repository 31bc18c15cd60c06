package io.tradingengine.backup.core.redis.rdb;

/**
 * What is known of an RDB that is whole.
 *
 * @param length bytes, with header and checksum
 */
public record RdbVerdict(RdbVersion version, long length, Checksum checksum) {
  /** Whether its content was checked. */
  public enum Checksum {
    /** The checksum is that of the content. */
    VERIFIED,
    /**
     * The server wrote none (its {@code rdbchecksum} is {@code no}): nothing says that the content
     * is good.
     */
    UNVERIFIABLE
  }
}
