package io.tradingengine.backup.core.postgres;

import java.util.Locale;

/** What a slot may be called: lower-case letters, digits and underscores, at most 63. */
final class SlotName {
  private static final int LONGEST = 63;

  private SlotName() {}

  static boolean isValid(String name) {
    return name.matches("[a-z0-9_]{1,63}");
  }

  /** The slot of a source. */
  static String of(String source) {
    String name = "backup_" + source.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
    return name.length() > LONGEST ? name.substring(0, LONGEST) : name;
  }
}
