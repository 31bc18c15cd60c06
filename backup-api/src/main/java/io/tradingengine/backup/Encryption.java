package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;

/** Choices of encryption other than {@link OpenPgp}. */
public final class Encryption {
  private Encryption() {}

  /**
   * Backups in plain. To be chosen in so many words: nothing is ever left unencrypted by default.
   */
  public static EncryptionSpec none() {
    return () -> Settings.of("none");
  }
}
