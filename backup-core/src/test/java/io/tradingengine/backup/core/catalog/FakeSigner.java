package io.tradingengine.backup.core.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Sha256;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Signs by a digest with a key name in it; that is enough to see who asks for what. */
final class FakeSigner implements Encryptor {
  private final Optional<String> key;

  private FakeSigner(Optional<String> key) {
    this.key = key;
  }

  static FakeSigner with(String key) {
    return new FakeSigner(Optional.of(key));
  }

  /** Signs nothing and trusts everything. */
  static FakeSigner none() {
    return new FakeSigner(Optional.empty());
  }

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
    return (out, objectKey) -> out;
  }

  @Override
  public ByteBuffer decrypt(ByteBuffer message, String objectKey) {
    return message;
  }

  @Override
  public Optional<byte[]> sign(byte[] document) {
    return key.map(each -> (each + " " + Sha256.of(document)).getBytes(UTF_8));
  }

  @Override
  public void verify(byte[] document, Optional<byte[]> signature, String objectKey) {
    if (key.isPresent() && !Arrays.equals(sign(document).get(), signature.orElse(new byte[0]))) {
      throw new IntegrityException(objectKey, "is not signed by " + key.get(), null);
    }
  }
}
