package io.tradingengine.backup;

import io.tradingengine.backup.spi.Providers;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * OpenPGP encryption (RFC 4880 messages, AES-256) that plain {@code gpg} can undo. Immutable; each
 * method returns new settings.
 */
public final class OpenPgp {
  private static final String TYPE = "openpgp";

  private OpenPgp() {}

  /**
   * Encrypts to the keys in these files, as {@code gpg --armor --export} writes them. Every one of
   * the recipients can decrypt; the host that encrypts needs no secret key.
   */
  public static Recipients recipients(Path... files) {
    return new Recipients(Settings.of(TYPE).with("recipients", List.of(files)));
  }

  /** Decrypts with the key in this file, as {@code gpg --armor --export-secret-keys} writes it. */
  public static SecretKey secretKey(Path file) {
    return new SecretKey(Settings.of(TYPE).with("secret-key", file));
  }

  /**
   * Makes a key pair, as {@code gpg --full-generate-key} would, and writes it to two new files: the
   * public key for hosts that back up, the secret one (mode 0600) for a safe place elsewhere.
   *
   * @throws java.nio.file.FileAlreadyExistsException if one of the files is there; neither is
   *     touched
   * @throws IOException if they cannot be written; neither is left behind
   */
  public static void generateKeyPair(KeyPairRequest request) throws IOException {
    Providers.engine().generateKeyPair(request);
  }

  /** What kind of keys. */
  public enum KeyAlgorithm {
    /** RSA with 4096 bits, to sign and to encrypt; read by everything. */
    RSA_4096,
    /** Ed25519 to sign, Curve25519 to encrypt. */
    CURVE_25519
  }

  /**
   * A key pair to make.
   *
   * @param userId whose it is, such as {@code Backup <backup@trading-engine.local>}
   * @param algorithm which kind of keys
   * @param passphrase protects the secret key
   * @param publicKey the file that the public key is written to
   * @param secretKey the file that the secret key is written to
   */
  public record KeyPairRequest(
      String userId, KeyAlgorithm algorithm, Secret passphrase, Path publicKey, Path secretKey) {}

  /** Public keys to encrypt to, and who signs. */
  public static final class Recipients implements EncryptionSpec {
    private final Settings settings;

    private Recipients(Settings settings) {
      this.settings = settings;
    }

    /** Signs manifests with the secret key in this file. */
    public Recipients signingKey(Path file) {
      return new Recipients(settings.with("signing-key", file));
    }

    /** The passphrase of the signing key. */
    public Recipients signingPassphrase(Secret passphrase) {
      return new Recipients(settings.with("signing-passphrase", passphrase));
    }

    /** Accepts only manifests that are signed by one of the keys in these files. */
    public Recipients trustedSigners(Path... files) {
      return new Recipients(settings.with("trusted-signers", List.of(files)));
    }

    @Override
    public Settings settings() {
      return settings;
    }
  }

  /** A secret key to decrypt with. */
  public static final class SecretKey implements DecryptionSpec {
    private final Settings settings;

    private SecretKey(Settings settings) {
      this.settings = settings;
    }

    /** The passphrase of the secret key. */
    public SecretKey passphrase(Secret passphrase) {
      return new SecretKey(settings.with("passphrase", passphrase));
    }

    @Override
    public Settings settings() {
      return settings;
    }
  }
}
