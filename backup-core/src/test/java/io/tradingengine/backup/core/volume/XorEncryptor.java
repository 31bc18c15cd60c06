package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Encryptor;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Hides nothing, but makes a message that differs from its contents: its key, then the bytes. */
class XorEncryptor implements Encryptor {
  private final byte key;

  XorEncryptor(int key) {
    this.key = (byte) key;
  }

  @Override
  public String suffix() {
    return ".xor";
  }

  @Override
  public boolean canDecrypt() {
    return true;
  }

  @Override
  public Sealer newSealer() {
    return this::encrypt;
  }

  private OutputStream encrypt(OutputStream out, String objectKey) throws IOException {
    out.write(key);
    return new FilterOutputStream(out) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        byte[] hidden = new byte[length];
        for (int i = 0; i < length; i++) {
          hidden[i] = (byte) (bytes[offset + i] ^ key);
        }
        out.write(hidden, 0, length);
      }

      @Override
      public void write(int value) throws IOException {
        out.write(value ^ key);
      }

      @Override
      public void close() {
        // leaves the underlying stream open
      }
    };
  }

  @Override
  public ByteBuffer decrypt(ByteBuffer message, String objectKey) {
    if (message.get() != key) {
      throw new IntegrityException(objectKey, "is encrypted to another key", null);
    }
    for (int i = message.position(); i < message.limit(); i++) {
      message.put(i, (byte) (message.get(i) ^ key));
    }
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
