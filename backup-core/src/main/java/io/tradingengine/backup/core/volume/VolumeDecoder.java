package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.DataFormatException;

/**
 * Turns stored volumes into plain bytes, one after another, and checks them on the way: length and
 * digest of what is stored before it is decrypted, the message's own integrity before it is
 * decompressed, length and checksum of the plain bytes before they are handed out. Not safe for
 * concurrent use.
 *
 * <p>The digest of the stored bytes says that they are those that were written. After that, only
 * our own decoding can go wrong, and the frame's checksum of the plain bytes tells; a second
 * SHA-256 over them would cost a quarter of all decoding, and is made only where a frame has no
 * checksum.
 */
final class VolumeDecoder implements AutoCloseable {
  private final Encryptor encryptor;
  private final ObjectReader objects;
  private final Map<Codec, Decompressor> decompressors = new EnumMap<>(Codec.class);
  private byte[] stored = new byte[0];

  VolumeDecoder(Encryptor encryptor, ObjectReader objects) {
    this.encryptor = encryptor;
    this.objects = objects;
  }

  /** Makes room for objects of up to this many bytes, so that it need not grow step by step. */
  void reserve(int storedSize) {
    if (stored.length < storedSize) {
      stored = new byte[DirectScratch.roomy(storedSize)];
    }
  }

  /**
   * Decodes a volume into a direct buffer with room for it, and leaves the buffer ready to be read.
   *
   * @throws IntegrityException if the object is missing or not what was written
   * @throws IOException if it cannot be read; trying again may help
   */
  void decode(Volume volume, Codec codec, ByteBuffer plain) throws IOException {
    String key = volume.key().value();
    reserve(Math.toIntExact(volume.storedSize()));
    int size = StoredObject.fetch(objects, volume, stored);
    ByteBuffer frame = decrypt(encryptor, ByteBuffer.wrap(stored, 0, size), key);
    Decompressor decompressor = decompressors.computeIfAbsent(codec, Decompressor::of);
    boolean checked = decompressor.checksPlainBytes(frame);
    plain.clear().limit(Math.toIntExact(volume.size()));
    try {
      decompressor.decompress(frame, plain);
    } catch (DataFormatException e) {
      throw new IntegrityException(key, "is damaged: " + e.getMessage(), e);
    }
    plain.flip();
    if (!checked) {
      checkPlainBytes(volume, plain);
    }
  }

  /** Reads an object and compares it with what was written. */
  void check(Volume volume) throws IOException {
    reserve(Math.toIntExact(volume.storedSize()));
    StoredObject.fetch(objects, volume, stored);
  }

  private static void checkPlainBytes(Volume volume, ByteBuffer plain) {
    Sha256 sha256 = Sha256.of(plain.duplicate());
    if (!sha256.equals(volume.sha256())) {
      throw new IntegrityException(
          volume.key().value(),
          "its plain bytes are not those that were backed up: their SHA-256 is "
              + sha256
              + ", recorded is "
              + volume.sha256(),
          null);
    }
  }

  static ByteBuffer decrypt(Encryptor encryptor, ByteBuffer message, String key) {
    try {
      return encryptor.decrypt(message, key);
    } catch (BackupException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IntegrityException(key, "cannot be decrypted: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    decompressors.values().forEach(Decompressor::close);
    decompressors.clear();
  }
}
