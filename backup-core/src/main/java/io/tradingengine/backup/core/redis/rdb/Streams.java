package io.tradingengine.backup.core.redis.rdb;

import java.io.IOException;

/**
 * Walks over streams with their consumer groups: version 1 of Redis 5, 2 of 7.0, 3 of 7.2, 4 of 8.6
 * and 5 of 8.8.
 */
final class Streams {
  /** An ID where it is not two numbers: 16 bytes, most significant first. */
  private static final int RAW_ID = 16;

  private static final int WITH_FIRST_AND_DELETED = 2;
  private static final int WITH_ACTIVE_TIME = 3;
  private static final int WITH_PRODUCERS = 4;
  private static final int WITH_NOT_ACKNOWLEDGED = 5;

  private Streams() {}

  static void stream(RdbInput in, int version) throws IOException {
    Elements.pairs(in); // first ID and listpack
    numbers(in, 1); // length
    numbers(in, 2); // last ID
    if (version >= WITH_FIRST_AND_DELETED) {
      numbers(in, 2); // first ID
      numbers(in, 2); // greatest deleted ID
      numbers(in, 1); // entries ever added
    }
    for (long groups = in.number(); groups != 0; groups--) {
      group(in, version);
    }
    if (version >= WITH_PRODUCERS) {
      producers(in);
    }
  }

  private static void group(RdbInput in, int version) throws IOException {
    in.skipString(); // name
    numbers(in, 2); // last delivered ID
    if (version >= WITH_FIRST_AND_DELETED) {
      numbers(in, 1); // entries read
    }
    for (long pending = in.number(); pending != 0; pending--) {
      in.skip(RAW_ID + Long.BYTES); // and when it was delivered
      numbers(in, 1); // how often
    }
    for (long consumers = in.number(); consumers != 0; consumers--) {
      in.skipString(); // name
      in.skip(version >= WITH_ACTIVE_TIME ? 2L * Long.BYTES : Long.BYTES); // seen, active
      rawIds(in);
    }
    if (version >= WITH_NOT_ACKNOWLEDGED) {
      rawIds(in);
    }
  }

  private static void producers(RdbInput in) throws IOException {
    numbers(in, 2); // how long and how many to remember
    for (long producers = in.number(); producers != 0; producers--) {
      in.skipString(); // name
      for (long entries = in.number(); entries != 0; entries--) {
        in.skipString(); // idempotence ID
        numbers(in, 2); // entry's ID
      }
    }
    numbers(in, 2); // added, duplicates
  }

  private static void rawIds(RdbInput in) throws IOException {
    for (long left = in.number(); left != 0; left--) {
      in.skip(RAW_ID);
    }
  }

  private static void numbers(RdbInput in, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      in.number();
    }
  }
}
