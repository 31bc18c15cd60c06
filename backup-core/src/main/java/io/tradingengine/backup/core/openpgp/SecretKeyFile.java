package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.BackupException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.operator.PBESecretKeyDecryptor;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyDecryptorBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** A file of secret keys with the passphrase that protects them, if any does. */
final class SecretKeyFile {
  private final Path path;
  private final List<PGPSecretKeyRing> rings;
  private final Optional<String> passphrase;
  private final String passphraseKey;

  private SecretKeyFile(
      Path path, List<PGPSecretKeyRing> rings, Optional<String> passphrase, String passphraseKey) {
    this.path = path;
    this.rings = rings;
    this.passphrase = passphrase;
    this.passphraseKey = passphraseKey;
  }

  /**
   * Reads a file.
   *
   * @param passphraseKey which setting the passphrase comes from, for messages
   */
  static SecretKeyFile read(Path path, Optional<String> passphrase, String passphraseKey) {
    return new SecretKeyFile(path, KeyFile.read(path).secretKeys(), passphrase, passphraseKey);
  }

  /**
   * All keys that are meant for encryption, unlocked. Expired and revoked ones too: what was
   * encrypted to them must stay readable.
   *
   * @throws BackupException if there is none, or the passphrase is wrong
   */
  List<PGPKeyPair> decryptionKeys() {
    List<PGPKeyPair> keys = new ArrayList<>();
    for (PGPSecretKeyRing ring : rings) {
      for (KeyState state : Certificate.of(ring.toCertificate()).keys()) {
        PGPSecretKey secret = ring.getSecretKey(state.key().getKeyIdentifier());
        if (state.encrypts() && isPresent(secret)) {
          keys.add(unlock(secret));
        }
      }
    }
    if (keys.isEmpty()) {
      throw new BackupException(
          "The key file " + path + " holds no secret key that can decrypt",
          "use the output of: gpg --armor --export-secret-keys KEY",
          null);
    }
    return keys;
  }

  /**
   * The newest key that is meant for signing and valid, unlocked.
   *
   * @throws BackupException if there is none, or the passphrase is wrong
   */
  PGPKeyPair signingKey(Instant now) {
    List<KeyState> usable = new ArrayList<>();
    List<String> refusals = new ArrayList<>();
    for (PGPSecretKeyRing ring : rings) {
      Certificate certificate = Certificate.of(ring.toCertificate());
      for (KeyState state : certificate.keys()) {
        if (!state.signs() || !isPresent(ring.getSecretKey(state.key().getKeyIdentifier()))) {
          continue;
        }
        state
            .refusal(now)
            .ifPresentOrElse(
                reason -> refusals.add("the " + certificate.name() + " " + reason),
                () -> usable.add(state));
      }
    }
    return usable.stream()
        .max(Comparator.comparing(KeyState::created))
        .map(state -> unlock(secretOf(state)))
        .orElseThrow(
            () ->
                new BackupException(
                    "The key file "
                        + path
                        + " holds no secret key that can sign"
                        + (refusals.isEmpty() ? "" : ": " + String.join("; ", refusals)),
                    "use the output of gpg --armor --export-secret-keys KEY, of a key that may sign"
                        + " and is valid",
                    null));
  }

  private PGPSecretKey secretOf(KeyState state) {
    return rings.stream()
        .map(ring -> ring.getSecretKey(state.key().getKeyIdentifier()))
        .filter(SecretKeyFile::isPresent)
        .findFirst()
        .orElseThrow();
  }

  /** Whether the secret part is there: it is elsewhere for keys on cards, or exported without. */
  private static boolean isPresent(@Nullable PGPSecretKey key) {
    return key != null && !key.isPrivateKeyEmpty() && !key.isExternalKey();
  }

  private PGPKeyPair unlock(PGPSecretKey key) {
    String which = KeyNames.id(key.getKeyIdentifier().getKeyId()) + " in " + path;
    boolean isProtected = key.getKeyEncryptionAlgorithm() != 0;
    if (isProtected && passphrase.isEmpty()) {
      throw new BackupException(
          "The secret " + which + " is protected by a passphrase, and none is set",
          "set " + passphraseKey,
          null);
    }
    try {
      PBESecretKeyDecryptor decryptor = isProtected ? decryptor(passphrase.orElseThrow()) : null;
      PGPKeyPair pair = key.extractKeyPair(decryptor);
      if (pair != null) {
        return pair;
      }
    } catch (PGPException | RuntimeException e) {
      throw new BackupException(
          "The secret "
              + which
              + " cannot be unlocked: the passphrase is wrong, or the file is damaged",
          "check " + passphraseKey,
          e);
    }
    throw new BackupException("The secret " + which + " is without its secret part");
  }

  /** The JDK hashes the passphrase, tens of megabytes of it, many times faster. */
  private static PBESecretKeyDecryptor decryptor(String passphrase) throws PGPException {
    return new BcPBESecretKeyDecryptorBuilder(new JcaPGPDigestCalculatorProviderBuilder().build())
        .build(passphrase.toCharArray());
  }
}
