package io.tradingengine.backup.core.openpgp;

import java.security.SecureRandom;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;

/**
 * The key that messages are encrypted with: AES with 128, 192 or 256 bits. Immutable.
 *
 * @param aes the key as the JDK's ciphers take it
 */
record SessionKey(SecretKey aes) {
  private static final int AES_256_BYTES = 32;

  static SessionKey random(SecureRandom random) {
    byte[] bytes = new byte[AES_256_BYTES];
    random.nextBytes(bytes);
    return of(bytes);
  }

  static SessionKey of(byte[] bytes) {
    return new SessionKey(new SecretKeySpec(bytes, "AES"));
  }

  /** How many bytes a key of that OpenPGP algorithm has; 0 for what is not AES. */
  static int lengthOf(int algorithm) {
    return switch (algorithm) {
      case SymmetricKeyAlgorithmTags.AES_128 -> 16;
      case SymmetricKeyAlgorithmTags.AES_192 -> 24;
      case SymmetricKeyAlgorithmTags.AES_256 -> AES_256_BYTES;
      default -> 0;
    };
  }

  @Override
  public String toString() {
    return "***";
  }
}
