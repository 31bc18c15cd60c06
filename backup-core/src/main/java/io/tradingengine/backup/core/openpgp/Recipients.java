package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.BackupException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.operator.bc.BcPGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;

/**
 * The keys that messages are encrypted to: of every certificate in the recipients' files the newest
 * key that is meant for encryption and valid. A certificate without one is refused, as its owner
 * would find out too late. Immutable and safe for concurrent use.
 */
final class Recipients {
  private final List<PGPPublicKey> keys;

  private Recipients(List<PGPPublicKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * Reads the recipients' files.
   *
   * @throws BackupException if a file or a key in it is of no use
   */
  static Recipients read(List<Path> files, Instant now) {
    Map<Long, PGPPublicKey> keys = new LinkedHashMap<>();
    for (Path file : files) {
      for (PGPPublicKeyRing ring : KeyFile.read(file).publicKeys()) {
        PGPPublicKey key = choose(Certificate.of(ring), file, now);
        keys.put(key.getKeyIdentifier().getKeyId(), key);
      }
    }
    if (keys.isEmpty()) {
      throw new BackupException(
          "No recipient is configured, so nobody could decrypt the backup",
          "set recipients of the encryption section to at least one public key file",
          null);
    }
    return new Recipients(List.copyOf(keys.values()));
  }

  private static PGPPublicKey choose(Certificate certificate, Path file, Instant now) {
    String which = "The " + certificate.name() + " in the recipients' file " + file;
    List<KeyState> meant =
        certificate.keys().stream()
            .filter(KeyState::encrypts)
            .sorted(Comparator.comparing(KeyState::created).reversed())
            .toList();
    if (meant.isEmpty()) {
      throw new BackupException(
          which + " is for signing only, nothing can be encrypted to it",
          "add an encryption subkey (gpg --quick-add-key FINGERPRINT cv25519 encr), or use another"
              + " key, and export it: gpg --armor --export FINGERPRINT",
          null);
    }
    return meant.stream()
        .filter(state -> state.refusal(now).isEmpty())
        .findFirst()
        .map(KeyState::key)
        .orElseThrow(() -> unusable(which, meant.get(0), now));
  }

  private static BackupException unusable(String which, KeyState state, Instant now) {
    return new BackupException(
        which
            + " cannot be used: its encryption "
            + KeyNames.id(state.key().getKeyIdentifier().getKeyId())
            + " "
            + state.refusal(now).orElse("is not valid"),
        "extend the key (gpg --quick-set-expire) or use another one, and export it:"
            + " gpg --armor --export FINGERPRINT",
        null);
  }

  /**
   * The packets that hold {@code key}, encrypted to each recipient.
   *
   * @throws IOException if a key does not work
   */
  byte[] encrypt(SessionKey key, SecureRandom random) throws IOException {
    ByteArrayOutputStream packets = new ByteArrayOutputStream();
    BcPGPDataEncryptorBuilder algorithm =
        new BcPGPDataEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256);
    for (PGPPublicKey recipient : keys) {
      try {
        packets.write(
            new BcPublicKeyKeyEncryptionMethodGenerator(recipient)
                .setSecureRandom(random)
                .generate(algorithm, key.aes().getEncoded())
                .getEncoded());
      } catch (PGPException | RuntimeException e) {
        throw new IOException(
            "cannot encrypt to the " + KeyNames.id(recipient.getKeyIdentifier().getKeyId()), e);
      }
    }
    return packets.toByteArray();
  }
}
