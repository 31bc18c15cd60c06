package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.DataFormatException;

/**
 * Reads what an {@link ObjectEncoder} made: nothing is handed out before the message's integrity
 * and the frame's checksum are checked. Its buffers are used again. Not safe for concurrent use.
 */
public final class ObjectDecoder implements AutoCloseable {
  private final Encryptor encryptor;
  private final Map<Codec, Decompressor> decompressors = new EnumMap<>(Codec.class);
  private final DirectScratch plain = new DirectScratch();
  private byte[] stored = new byte[1 << 16];

  public ObjectDecoder(Encryptor encryptor) {
    this.encryptor = encryptor;
  }

  /**
   * Decodes an object.
   *
   * @param in its stored bytes; read to their end, and not closed
   * @return its plain bytes, valid until the next call
   * @throws IntegrityException if it is damaged, too large, or encrypted to other keys
   * @throws IOException if it cannot be read
   */
  public ByteBuffer decode(InputStream in, ObjectKey key) throws IOException {
    int size = fill(in, key);
    Codec codec = VolumeNames.codec(key, encryptor.suffix());
    ByteBuffer frame =
        VolumeDecoder.decrypt(encryptor, ByteBuffer.wrap(stored, 0, size), key.value());
    Decompressor decompressor = decompressors.computeIfAbsent(codec, Decompressor::of);
    try {
      long claimed = decompressor.claimedSize(frame);
      if (claimed < 0 || claimed > ObjectEncoder.LARGEST) {
        throw tooLarge(key);
      }
      ByteBuffer bytes = plain.take((int) claimed).limit((int) claimed);
      decompressor.decompress(frame, bytes);
      return bytes.flip();
    } catch (DataFormatException e) {
      throw new IntegrityException(key.value(), "is damaged: " + e.getMessage(), e);
    }
  }

  private int fill(InputStream in, ObjectKey key) throws IOException {
    long most = Volume.largestStored(ObjectEncoder.LARGEST);
    int size = 0;
    while (true) {
      if (size == stored.length) {
        if (size > most) {
          throw tooLarge(key);
        }
        stored = Arrays.copyOf(stored, DirectScratch.roomy(2 * size));
      }
      int count = in.read(stored, size, stored.length - size);
      if (count < 0) {
        return size;
      }
      size += count;
    }
  }

  private static IntegrityException tooLarge(ObjectKey key) {
    return new IntegrityException(
        key.value(), "holds more than the " + ObjectEncoder.LARGEST + " bytes of an object", null);
  }

  @Override
  public void close() {
    decompressors.values().forEach(Decompressor::close);
    decompressors.clear();
  }
}
