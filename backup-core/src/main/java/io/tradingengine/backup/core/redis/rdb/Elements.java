package io.tradingengine.backup.core.redis.rdb;

import java.io.IOException;

/** Walks over values with elements. Every element has at least one byte, so all loops end. */
final class Elements {
  /** Scores that are no digits: not a number, and the infinities. */
  private static final int SPECIAL_SCORES = 253;

  private static final int PLAIN_NODE = 1;
  private static final int PACKED_NODE = 2;
  private static final int ARRAY_STRING = 0;
  private static final int ARRAY_INTEGER = 1;
  private static final int ARRAY_DOUBLE = 2;
  private static final int ARRAY_SHORT_STRING = 3;

  private Elements() {}

  static void strings(RdbInput in) throws IOException {
    for (long left = in.number(); left != 0; left--) {
      in.skipString();
    }
  }

  static void pairs(RdbInput in) throws IOException {
    for (long left = in.number(); left != 0; left--) {
      in.skipString();
      in.skipString();
    }
  }

  static void scores(RdbInput in) throws IOException {
    for (long left = in.number(); left != 0; left--) {
      in.skipString();
      in.skip(Double.BYTES);
    }
  }

  static void textScores(RdbInput in) throws IOException {
    for (long left = in.number(); left != 0; left--) {
      in.skipString();
      int length = in.unsigned8();
      in.skip(length < SPECIAL_SCORES ? length : 0);
    }
  }

  static void quicklist2(RdbInput in) throws IOException {
    for (long left = in.number(); left != 0; left--) {
      long container = in.number();
      if (container != PLAIN_NODE && container != PACKED_NODE) {
        throw in.damaged("a list's node of the unknown form " + Long.toUnsignedString(container));
      }
      in.skipString();
    }
  }

  /** Each field after the time at which it expires. */
  static void expiringFields(RdbInput in) throws IOException {
    for (long left = in.number(); left != 0; left--) {
      in.number();
      in.skipString();
      in.skipString();
    }
  }

  /** The same, after the earliest of these times, in milliseconds. */
  static void expiringFieldsAfterFirst(RdbInput in) throws IOException {
    in.skip(Long.BYTES);
    expiringFields(in);
  }

  static void expiringListpack(RdbInput in) throws IOException {
    in.skip(Long.BYTES);
    in.skipString();
  }

  /** Each field, its value, and then the time at which it expires or -1. */
  static void valkeyExpiringFields(RdbInput in) throws IOException {
    for (long left = in.number(); left != 0; left--) {
      in.skipString();
      in.skipString();
      in.skip(Long.BYTES);
    }
  }

  /** Each element after its index and its form. */
  static void array(RdbInput in) throws IOException {
    long left = in.number();
    if (in.number() != 0) { // there is an index at which to insert
      in.number();
    }
    for (; left != 0; left--) {
      in.number();
      long form = in.number();
      if (form == ARRAY_STRING || form == ARRAY_SHORT_STRING) {
        in.skipString();
      } else if (form == ARRAY_INTEGER || form == ARRAY_DOUBLE) {
        in.skip(Long.BYTES);
      } else {
        throw in.damaged("an array's element of the unknown form " + Long.toUnsignedString(form));
      }
    }
  }
}
