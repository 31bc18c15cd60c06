package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.EncryptorProvider;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Encryption of type {@code none}: everything stays plain and unsigned. Stateless. */
public final class NoEncryptionProvider implements EncryptorProvider {

  public NoEncryptionProvider() {}

  @Override
  public String type() {
    return "none";
  }

  @Override
  public List<SettingsKey<?>> keys() {
    return List.of();
  }

  @Override
  public List<SettingsKey<?>> decryptionKeys() {
    return List.of();
  }

  @Override
  public Encryptor open(Settings encryption, Optional<Settings> decryption) {
    return new Plain();
  }

  private static final class Plain implements Encryptor {
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
      return (out, objectKey) -> new Unclosed(out);
    }

    @Override
    public ByteBuffer decrypt(ByteBuffer message, String objectKey) {
      ByteBuffer plain = message.slice();
      message.position(message.limit());
      return plain;
    }

    @Override
    public Optional<byte[]> sign(byte[] document) {
      return Optional.empty();
    }

    @Override
    public void verify(byte[] document, Optional<byte[]> signature, String objectKey) {
      // Whoever chooses no encryption has no keys to check with either.
    }
  }

  /** Passes everything on; closing it leaves what is below open. */
  private static final class Unclosed extends FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
