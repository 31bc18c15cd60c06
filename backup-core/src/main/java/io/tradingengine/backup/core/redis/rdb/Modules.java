package io.tradingengine.backup.core.redis.rdb;

import java.io.IOException;

/** Walks over what modules wrote; since Redis 4.0 every part says what it is. */
final class Modules {
  private static final int END = 0;
  private static final int SIGNED = 1;
  private static final int UNSIGNED = 2;
  private static final int FLOAT = 3;
  private static final int DOUBLE = 4;
  private static final int STRING = 5;

  private static final String NAME_CHARACTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private static final int NAME_LENGTH = 9;

  /** After the name's 6 bits a character, the module's own version of its format. */
  private static final int VERSION_BITS = 10;

  private Modules() {}

  static void value(RdbInput in) throws IOException {
    in.number(); // the module and its version
    parts(in);
  }

  /**
   * What a module keeps beside keys.
   *
   * @return the module's name for the type that wrote it
   */
  static String auxiliary(RdbInput in) throws IOException {
    String name = name(in.number());
    if (in.number() != UNSIGNED) {
      throw in.damaged("the data of module type " + name + " does not say when to load it");
    }
    in.number();
    parts(in);
    return name;
  }

  /** What modules attached to the key that follows. */
  static void keyMetadata(RdbInput in) throws IOException {
    for (long classes = in.number(); classes != 0; classes--) {
      in.skip(Integer.BYTES);
      parts(in);
    }
  }

  private static void parts(RdbInput in) throws IOException {
    while (true) {
      long part = in.number();
      if (part == END) {
        return;
      }
      if (part == SIGNED || part == UNSIGNED) {
        in.number();
      } else if (part == FLOAT) {
        in.skip(Float.BYTES);
      } else if (part == DOUBLE) {
        in.skip(Double.BYTES);
      } else if (part == STRING) {
        in.skipString();
      } else {
        throw in.damaged("a module's data of the unknown form " + Long.toUnsignedString(part));
      }
    }
  }

  private static String name(long id) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < NAME_LENGTH; i++) {
      int shift = VERSION_BITS + 6 * (NAME_LENGTH - 1 - i);
      name.append(NAME_CHARACTERS.charAt((int) (id >>> shift) & 0x3F));
    }
    return name.toString();
  }
}
