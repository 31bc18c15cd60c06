package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.Encryptor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Leaves everything as it is. */
final class PlainEncryptor implements Encryptor {
  @Override
  public String suffix() {
    return "";
  }

  @Override
  public boolean canDecrypt() {
    return true;
  }

  @Override
  public Sealer newSealer() {
    return (out, key) ->
        new BufferedOutputStream(out, 1) {
          @Override
          public void close() throws IOException {
            flush();
          }
        };
  }

  @Override
  public ByteBuffer decrypt(ByteBuffer message, String objectKey) {
    return message;
  }

  @Override
  public Optional<byte[]> sign(byte[] document) {
    return Optional.empty();
  }

  @Override
  public void verify(byte[] document, Optional<byte[]> signature, String objectKey) {
    // accepts anything
  }
}
