package io.tradingengine.backup.core.redis.rdb;

/** What a value is, as {@code TYPE} tells it. */
public enum ValueKind {
  STRING,
  LIST,
  SET,
  SORTED_SET,
  HASH,
  STREAM,
  /** Of a module, without which no server reads it. */
  MODULE,
  /** Of Redis 8.8. */
  ARRAY
}
