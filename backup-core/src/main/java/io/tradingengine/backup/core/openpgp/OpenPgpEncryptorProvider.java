package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.Secret;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.EncryptorProvider;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Encryption of type {@code openpgp}: to public keys, with AES-256, in messages that {@code gpg -d}
 * decrypts. Stateless.
 */
public final class OpenPgpEncryptorProvider implements EncryptorProvider {
  private static final SettingsKey<List<Path>> RECIPIENTS =
      SettingsKey.paths("recipients")
          .required()
          .doc("Public key files of all who can decrypt the backups.");

  private static final SettingsKey<Path> SIGNING_KEY =
      SettingsKey.path("signing-key").doc("Secret key file that manifests are signed with.");

  private static final SettingsKey<Secret> SIGNING_PASSPHRASE =
      SettingsKey.secret("signing-passphrase").doc("Passphrase of the signing key.");

  private static final SettingsKey<List<Path>> TRUSTED_SIGNERS =
      SettingsKey.paths("trusted-signers")
          .doc("Public key files of those whose manifests are accepted; without, anyone's are.");

  private static final SettingsKey<Path> SECRET_KEY =
      SettingsKey.path("secret-key")
          .required()
          .doc("Secret key file of a recipient; it may hold several keys.");

  private static final SettingsKey<Secret> PASSPHRASE =
      SettingsKey.secret("passphrase").doc("Passphrase of the secret key.");

  private final Clock clock;

  public OpenPgpEncryptorProvider() {
    this(Clock.systemUTC());
  }

  OpenPgpEncryptorProvider(Clock clock) {
    this.clock = clock;
  }

  @Override
  public String type() {
    return "openpgp";
  }

  @Override
  public List<SettingsKey<?>> keys() {
    return List.of(RECIPIENTS, SIGNING_KEY, SIGNING_PASSPHRASE, TRUSTED_SIGNERS);
  }

  @Override
  public List<SettingsKey<?>> decryptionKeys() {
    return List.of(SECRET_KEY, PASSPHRASE);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where a secret key is configured, only what restoring needs has to be in order: a recipient
   * that has expired, or a public key file that was lost with the old host, must not stand between
   * anyone and their backups. What is wrong with those is then said when something is to be
   * encrypted.
   */
  @Override
  public Encryptor open(Settings encryption, Optional<Settings> decryption) {
    Optional<MessageReader> reader = decryption.map(OpenPgpEncryptorProvider::reader);
    List<Path> files = encryption.get(RECIPIENTS);
    Optional<Path> signingKey = encryption.find(SIGNING_KEY);
    boolean restores = reader.isPresent();
    return new OpenPgpEncryptor(
        usable(() -> Recipients.read(files, clock.instant()), restores),
        reader,
        signingKey.map(file -> usable(() -> signer(encryption, file), restores)),
        encryption.find(TRUSTED_SIGNERS).map(TrustedSigners::read));
  }

  /** Keys that only encrypting needs. */
  private static <T> Usable<T> usable(Supplier<T> fetch, boolean restores) {
    return restores ? Usable.whenNeeded(fetch) : Usable.now(fetch);
  }

  private static MessageReader reader(Settings decryption) {
    SecretKeyFile file =
        SecretKeyFile.read(
            decryption.get(SECRET_KEY),
            decryption.find(PASSPHRASE).map(decryption::reveal),
            decryption.place() + "." + PASSPHRASE);
    return new MessageReader(new SessionKeys(file.decryptionKeys()));
  }

  private ManifestSigner signer(Settings encryption, Path path) {
    SecretKeyFile file =
        SecretKeyFile.read(
            path,
            encryption.find(SIGNING_PASSPHRASE).map(encryption::reveal),
            encryption.place() + "." + SIGNING_PASSPHRASE);
    return new ManifestSigner(file.signingKey(clock.instant()), clock);
  }
}
