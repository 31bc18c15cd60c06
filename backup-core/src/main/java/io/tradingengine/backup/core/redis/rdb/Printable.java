package io.tradingengine.backup.core.redis.rdb;

/**
 * Shows bytes in messages: what is no ASCII letter, digit or sign is escaped, much is cut short.
 */
final class Printable {
  private static final int SHOWN = 100;

  private Printable() {}

  static String text(byte[] bytes) {
    return text(bytes, bytes.length);
  }

  static String text(byte[] bytes, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(length, SHOWN); i++) {
      int each = bytes[i] & 0xFF;
      if (each >= ' ' && each < 0x7F && each != '\\' && each != '"') {
        text.append((char) each);
      } else {
        text.append(String.format("\\x%02x", each));
      }
    }
    return length > SHOWN ? text + "... (" + length + " bytes)" : text.toString();
  }
}
