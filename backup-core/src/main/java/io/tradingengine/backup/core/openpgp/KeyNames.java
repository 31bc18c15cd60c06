package io.tradingengine.backup.core.openpgp;

import java.util.HexFormat;
import java.util.Iterator;
import java.util.Locale;
import org.bouncycastle.openpgp.PGPPublicKey;

/** How messages call keys. */
final class KeyNames {
  private KeyNames() {}

  /** A key id as gpg prints it with {@code --keyid-format long}. */
  static String id(long keyId) {
    return keyId == 0 ? "an unnamed key" : "key %016X".formatted(keyId);
  }

  static String fingerprint(PGPPublicKey key) {
    return HexFormat.of().formatHex(key.getFingerprint()).toUpperCase(Locale.ROOT);
  }

  /** The fingerprint and the first user id of a primary key. */
  static String full(PGPPublicKey primary) {
    Iterator<String> userIds = primary.getUserIDs();
    String owner = userIds.hasNext() ? " of " + printable(userIds.next()) : "";
    return "key " + fingerprint(primary) + owner;
  }

  /** A user id is whatever somebody typed: keep it from breaking lines or terminals. */
  private static String printable(String userId) {
    return userId.replaceAll("\\p{Cntrl}", "?");
  }
}
