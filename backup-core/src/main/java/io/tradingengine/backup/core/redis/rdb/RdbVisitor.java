package io.tradingengine.backup.core.redis.rdb;

import java.io.IOException;

/**
 * Is told what an RDB holds, in its order. All calls come from the thread that reads. What a
 * visitor throws ends the reading.
 */
public interface RdbVisitor {
  /** The first call of all. */
  default void version(RdbVersion version) throws IOException {}

  /**
   * Something about the RDB: {@code redis-ver} or {@code valkey-ver}, {@code ctime} (seconds since
   * 1970), {@code used-mem}, {@code repl-id}, {@code repl-offset}, {@code repl-stream-db}, {@code
   * aof-base} and others. Numbers come in digits.
   */
  default void auxiliary(String name, byte[] value) throws IOException {}

  /** A library of functions: its code, which begins with {@code #!<engine> name=<library>}. */
  default void function(byte[] code) throws IOException {}

  /** A module keeps data beside keys; no server without this module loads the RDB. */
  default void module(String typeName) throws IOException {}

  /** Keys of this database follow. A database without keys may or may not be named. */
  default void database(int number) throws IOException {}

  /** A hint how many keys the database has, and how many of them expire; as the server counts. */
  default void size(long keys, long expiring) throws IOException {}

  /**
   * A key. Its value may be read within this call, once; what is not read is skipped.
   *
   * @throws IOException whatever hinders the visitor; what {@link RdbValue} threw must be passed on
   */
  default void key(RdbKey key, RdbValue value) throws IOException {}
}
