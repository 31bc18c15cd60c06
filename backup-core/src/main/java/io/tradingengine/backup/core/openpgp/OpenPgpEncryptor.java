package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.spi.Encryptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Optional;

/** Encrypts, decrypts, signs and verifies with keys that were read and checked before. */
final class OpenPgpEncryptor implements Encryptor {
  private final Usable<Recipients> recipients;
  private final Optional<MessageReader> reader;
  private final Optional<Usable<ManifestSigner>> signer;
  private final Optional<TrustedSigners> trusted;
  private final SecureRandom random = new SecureRandom();

  OpenPgpEncryptor(
      Usable<Recipients> recipients,
      Optional<MessageReader> reader,
      Optional<Usable<ManifestSigner>> signer,
      Optional<TrustedSigners> trusted) {
    this.recipients = recipients;
    this.reader = reader;
    this.signer = signer;
    this.trusted = trusted;
  }

  @Override
  public String suffix() {
    return ".gpg";
  }

  @Override
  public boolean canDecrypt() {
    return reader.isPresent();
  }

  @Override
  public Sealer newSealer() throws IOException {
    SessionKey key = SessionKey.random(random);
    byte[] packets = recipients.get().encrypt(key, random);
    // A signing key that is of no use is better found now than when all has been stored.
    signer.ifPresent(Usable::check);
    return (out, objectKey) -> new MessageOutputStream(out, packets, key, random);
  }

  @Override
  public ByteBuffer decrypt(ByteBuffer message, String objectKey) {
    return reader
        .orElseThrow(
            () ->
                new BackupException(
                    objectKey + " is encrypted, and this host has no secret key",
                    "set secret-key of the decryption section",
                    null))
        .decrypt(message, objectKey);
  }

  @Override
  public Optional<byte[]> sign(byte[] document) {
    return signer.map(each -> each.get().sign(document));
  }

  @Override
  public void verify(byte[] document, Optional<byte[]> signature, String objectKey) {
    trusted.ifPresent(signers -> signers.verify(document, signature, objectKey));
  }
}
