package io.tradingengine.backup.core.redis.rdb;

/** The bytes that stand where a type could, {@code RDB_OPCODE_*} in {@code rdb.h}. */
final class Opcode {
  /** Types are counted upwards, opcodes downwards; what is above this counts as one. */
  static final int LOWEST = 200;

  /** Redis 8.6: what modules attach to the key that follows. */
  static final int KEY_META = 243;

  /** Valkey 9, the same number: a slot that is being imported. */
  static final int SLOT_IMPORT = 243;

  static final int SLOT_INFO = 244;
  static final int FUNCTION = 245;
  static final int FUNCTION_PRE_GA = 246;
  static final int MODULE_AUX = 247;
  static final int IDLE = 248;
  static final int FREQUENCY = 249;
  static final int AUX = 250;
  static final int RESIZE_DB = 251;
  static final int EXPIRE_MILLIS = 252;
  static final int EXPIRE_SECONDS = 253;
  static final int SELECT_DB = 254;
  static final int EOF = 255;

  private Opcode() {}
}
