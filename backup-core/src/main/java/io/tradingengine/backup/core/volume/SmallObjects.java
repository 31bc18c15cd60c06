package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

/**
 * Small objects that are whole in memory, such as {@code index.json.zst.gpg}, in the form of a
 * volume: compressed as the key's name tells, then encrypted.
 */
public final class SmallObjects {
  private static final int LEVEL = 3;

  private SmallObjects() {}

  /**
   * Compresses and encrypts.
   *
   * @param key ends with {@code .zst} or {@code .gz} if it is to be compressed, and then with the
   *     encryptor's suffix
   * @throws IOException if the keys cannot be used
   */
  public static Content encode(byte[] bytes, ObjectKey key, Encryptor encryptor)
      throws IOException {
    ByteBuffer plain = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Compressor compressor = Compressor.of(VolumeNames.codec(key, encryptor.suffix()), LEVEL);
        OutputStream message = encryptor.newSealer().encrypt(out, key.value())) {
      compressor.compress(plain, message);
    }
    return Content.of(out.toByteArray());
  }

  /**
   * Decrypts and decompresses.
   *
   * @param stored is read to its end, and not closed
   * @param limit the most plain bytes to accept
   * @throws IntegrityException if the object is damaged, larger, or encrypted to other keys
   * @throws IOException if it cannot be read
   */
  public static byte[] decode(InputStream stored, ObjectKey key, Encryptor encryptor, int limit)
      throws IOException {
    int most = (int) Math.min(Volume.largestStored(limit), Integer.MAX_VALUE - 8);
    byte[] message = stored.readNBytes(most);
    if (message.length == most && stored.read() >= 0) {
      throw tooLarge(key, limit);
    }
    try (Decompressor decompressor = Decompressor.of(VolumeNames.codec(key, encryptor.suffix()))) {
      ByteBuffer frame = VolumeDecoder.decrypt(encryptor, ByteBuffer.wrap(message), key.value());
      long size = decompressor.claimedSize(frame);
      if (size < 0 || size > limit) {
        throw tooLarge(key, limit);
      }
      ByteBuffer plain = ByteBuffer.allocateDirect((int) size);
      decompressor.decompress(frame, plain);
      byte[] bytes = new byte[(int) size];
      plain.flip().get(bytes);
      return bytes;
    } catch (DataFormatException e) {
      throw new IntegrityException(key.value(), "is damaged: " + e.getMessage(), e);
    }
  }

  /**
   * Reads an object that a manifest vouches for, and checks it against what the manifest says.
   *
   * @param objects reads the object, from whichever copy is whole
   * @throws IntegrityException if the object is missing, damaged, or encrypted to other keys
   * @throws IOException if it cannot be read
   */
  public static byte[] decode(ObjectReader objects, Volume volume, Encryptor encryptor)
      throws IOException {
    String key = volume.key().value();
    byte[] stored = new byte[Math.toIntExact(volume.storedSize())];
    StoredObject.fetch(objects, volume, stored);
    byte[] plain =
        decode(new ByteArrayInputStream(stored), volume.key(), encryptor, (int) volume.size());
    if (plain.length != volume.size() || !Sha256.of(plain).equals(volume.sha256())) {
      throw new IntegrityException(key, "decodes to other bytes than were written", null);
    }
    return plain;
  }

  private static IntegrityException tooLarge(ObjectKey key, int limit) {
    return new IntegrityException(
        key.value(), "holds more than the " + limit + " bytes that are accepted", null);
  }
}
