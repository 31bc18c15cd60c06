package io.tradingengine.backup.spi;

import java.util.List;
import java.util.Optional;

/** Makes encryptors of one type. Stateless, with a public no-argument constructor. */
public interface EncryptorProvider {

  /** The {@code type} that chooses this provider, such as {@code openpgp}. */
  String type();

  /** The keys of the section that every host has. */
  List<SettingsKey<?>> keys();

  /** The keys of the section that only hosts have where restores run. */
  List<SettingsKey<?>> decryptionKeys();

  /**
   * A complete, usable encryptor.
   *
   * @throws io.tradingengine.backup.BackupException if a key is missing, expired, revoked or of no
   *     use
   */
  Encryptor open(Settings encryption, Optional<Settings> decryption);
}
