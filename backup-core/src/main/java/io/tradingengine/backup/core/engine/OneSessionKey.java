package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.spi.Encryptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts all artifacts of one backup with one session key, so that whoever restores a chain of
 * them does the public-key operation once for each backup rather than for each artifact.
 * Thread-safe.
 */
final class OneSessionKey implements Encryptor {
  private final Encryptor encryptor;
  private @Nullable Sealer sealer;

  OneSessionKey(Encryptor encryptor) {
    this.encryptor = encryptor;
  }

  @Override
  public synchronized Sealer newSealer() throws IOException {
    Sealer made = sealer;
    if (made == null) {
      made = encryptor.newSealer();
      sealer = made;
    }
    return made;
  }

  @Override
  public String suffix() {
    return encryptor.suffix();
  }

  @Override
  public boolean canDecrypt() {
    return encryptor.canDecrypt();
  }

  @Override
  public ByteBuffer decrypt(ByteBuffer message, String objectKey) {
    return encryptor.decrypt(message, objectKey);
  }

  @Override
  public Optional<byte[]> sign(byte[] document) {
    return encryptor.sign(document);
  }

  @Override
  public void verify(byte[] document, Optional<byte[]> signature, String objectKey) {
    encryptor.verify(document, signature, objectKey);
  }
}
