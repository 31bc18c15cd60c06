package io.tradingengine.backup.core.redis.rdb;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How values are laid out, {@code RDB_TYPE_*} in {@code rdb.h}. */
enum RdbType {
  STRING(0, ValueKind.STRING, RdbInput::skipString),
  LIST(1, ValueKind.LIST, Elements::strings),
  SET(2, ValueKind.SET, Elements::strings),
  /** Scores in digits. */
  SORTED_SET(3, ValueKind.SORTED_SET, Elements::textScores),
  HASH(4, ValueKind.HASH, Elements::pairs),
  SORTED_SET_2(5, ValueKind.SORTED_SET, Elements::scores),
  MODULE_2(7, ValueKind.MODULE, Modules::value),
  HASH_ZIPMAP(9, ValueKind.HASH, RdbInput::skipString),
  LIST_ZIPLIST(10, ValueKind.LIST, RdbInput::skipString),
  SET_INTSET(11, ValueKind.SET, RdbInput::skipString),
  SORTED_SET_ZIPLIST(12, ValueKind.SORTED_SET, RdbInput::skipString),
  HASH_ZIPLIST(13, ValueKind.HASH, RdbInput::skipString),
  LIST_QUICKLIST(14, ValueKind.LIST, Elements::strings),
  STREAM_LISTPACKS(15, ValueKind.STREAM, in -> Streams.stream(in, 1)),
  HASH_LISTPACK(16, ValueKind.HASH, RdbInput::skipString),
  SORTED_SET_LISTPACK(17, ValueKind.SORTED_SET, RdbInput::skipString),
  LIST_QUICKLIST_2(18, ValueKind.LIST, Elements::quicklist2),
  STREAM_LISTPACKS_2(19, ValueKind.STREAM, in -> Streams.stream(in, 2)),
  SET_LISTPACK(20, ValueKind.SET, RdbInput::skipString),
  STREAM_LISTPACKS_3(21, ValueKind.STREAM, in -> Streams.stream(in, 3)),
  /** Hashes whose fields expire, as a release candidate of Redis 7.4 wrote them. */
  HASH_METADATA_PRE_GA(22, ValueKind.HASH, Elements::expiringFields),
  HASH_LISTPACK_EX_PRE_GA(23, ValueKind.HASH, RdbInput::skipString),
  HASH_METADATA(24, ValueKind.HASH, Elements::expiringFieldsAfterFirst),
  HASH_LISTPACK_EX(25, ValueKind.HASH, Elements::expiringListpack),
  STREAM_LISTPACKS_4(26, ValueKind.STREAM, in -> Streams.stream(in, 4)),
  STREAM_LISTPACKS_5(27, ValueKind.STREAM, in -> Streams.stream(in, 5)),
  ARRAY(28, ValueKind.ARRAY, Elements::array),
  /** Valkey 9: hashes whose fields expire. */
  VALKEY_HASH_2(22, ValueKind.HASH, Elements::valkeyExpiringFields);

  /** The first number to which Redis and Valkey gave meanings of their own. */
  private static final int FIRST_APART = 22;

  private static final @Nullable RdbType[] BY_NUMBER = new @Nullable RdbType[256];

  static {
    for (RdbType type : values()) {
      if (type != VALKEY_HASH_2) {
        BY_NUMBER[type.number] = type;
      }
    }
  }

  private final int number;
  private final ValueKind kind;

  @SuppressWarnings("ImmutableEnumChecker") // all are functions without state
  private final Walk walk;

  RdbType(int number, ValueKind kind, Walk walk) {
    this.number = number;
    this.kind = kind;
    this.walk = walk;
  }

  @FunctionalInterface
  private interface Walk {
    void walk(RdbInput in) throws IOException;
  }

  /** The type with a number from 0 to 255, in an RDB of this version; empty if not known. */
  static Optional<RdbType> of(int number, RdbVersion version) {
    if (version.isValkeys() && number >= FIRST_APART) {
      return number == VALKEY_HASH_2.number ? Optional.of(VALKEY_HASH_2) : Optional.empty();
    }
    return Optional.ofNullable(BY_NUMBER[number]);
  }

  int number() {
    return number;
  }

  ValueKind kind() {
    return kind;
  }

  /** Reads a value of this type to its end. */
  void walk(RdbInput in) throws IOException {
    walk.walk(in);
  }
}
