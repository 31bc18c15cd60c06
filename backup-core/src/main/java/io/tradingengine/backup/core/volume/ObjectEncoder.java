package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.Compression;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Encryptor.Sealer;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes objects that stand alone, such as archived WAL: each compressed as one frame, then
 * encrypted, into a file. Its buffers are used again and again. Not safe for concurrent use.
 */
public final class ObjectEncoder implements AutoCloseable {
  /** What one object holds at the most, in plain bytes; whoever has more makes several. */
  public static final int LARGEST = 32 << 20;

  /** With a session key of its own, each object would cost a restore an operation with the key. */
  private static final int OBJECTS_PER_SESSION_KEY = 256;

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Encryptor encryptor;
  private final String suffix;
  private final Compressor compressor;
  private final DirectScratch plain = new DirectScratch();
  private @Nullable Sealer sealer;
  private int sealed;

  /** An encoder; holds at most about twice {@link #LARGEST} outside the heap. */
  public ObjectEncoder(Compression compression, Encryptor encryptor) {
    this.encryptor = encryptor;
    this.suffix = VolumeNames.suffix(compression.codec()) + encryptor.suffix();
    this.compressor = Compressor.of(compression.codec(), compression.level());
  }

  /** What objects' names end with, such as {@code .zst.gpg}. */
  public String suffix() {
    return suffix;
  }

  /**
   * Encodes a range of a file into a new file, which is durable on return; its folder's entry is
   * not.
   *
   * @param length at most {@link #LARGEST}
   * @throws EOFException if the range is longer than the file
   */
  public FileContent encode(FileChannel from, long offset, int length, ObjectKey key, Path target)
      throws IOException {
    ByteBuffer buffer = plain.take(length).limit(length);
    while (buffer.hasRemaining()) {
      if (from.read(buffer, offset + buffer.position()) < 0) {
        throw new EOFException("the file of " + key + " is shorter than what was handed over");
      }
    }
    return encode(buffer.flip(), key, target);
  }

  /** Encodes bytes that stand in memory; else as the other. */
  public FileContent encode(byte[] bytes, ObjectKey key, Path target) throws IOException {
    return encode(plain.take(bytes.length).put(bytes).flip(), key, target);
  }

  private FileContent encode(ByteBuffer bytes, ObjectKey key, Path target) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    try (FileChannel channel =
        FileChannel.open(
            target, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), PRIVATE)) {
      OutputStream file = new DigestOutputStream(Channels.newOutputStream(channel), digest);
      try (OutputStream message = sealer().encrypt(file, key.value())) {
        compressor.compress(bytes, message);
      }
      channel.force(true);
      return new FileContent(target, channel.size(), Sha256.from(digest));
    }
  }

  private Sealer sealer() throws IOException {
    Sealer current = sealer;
    if (current == null || sealed >= OBJECTS_PER_SESSION_KEY) {
      current = encryptor.newSealer();
      sealer = current;
      sealed = 0;
    }
    sealed++;
    return current;
  }

  /** Lets go of native memory. */
  @Override
  public void close() {
    compressor.close();
  }
}
