package io.tradingengine.backup.core.postgres;

/** Those of PostgreSQL's error codes that we act on. */
final class SqlStates {
  static final String CONNECTION_REJECTED = "08004";
  static final String INVALID_AUTHORIZATION = "28000";
  static final String INVALID_PASSWORD = "28P01";
  static final String UNKNOWN_DATABASE = "3D000";
  static final String INSUFFICIENT_PRIVILEGE = "42501";
  static final String OBJECT_IN_USE = "55006";
  static final String UNDEFINED_FILE = "58P01";
  static final String TOO_MANY_CONNECTIONS = "53300";
  static final String CANNOT_CONNECT_NOW = "57P03";

  /** The server is not in a state to do what it is asked for. */
  static final String NOT_IN_PREREQUISITE_STATE = "55000";

  static final String DATA_CORRUPTED = "XX001";

  private SqlStates() {}
}
