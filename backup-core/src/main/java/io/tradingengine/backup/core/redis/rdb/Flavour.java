package io.tradingengine.backup.core.redis.rdb;

/** Which family of servers; their RDB versions part after 11. */
public enum Flavour {
  REDIS,
  VALKEY
}
