package io.tradingengine.backup.core.redis.rdb;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keeps bytes in memory, and in a private temporary file once they are many. The file is of no name
 * where the system allows that, and gone on closing at the latest.
 */
final class Spool extends OutputStream implements Closeable {
  private static final int FIRST = 256;

  private final Path folder;
  private final int inMemory;
  private byte[] memory = new byte[FIRST];
  private long size;
  private @Nullable FileChannel file;

  /**
   * An empty one.
   *
   * @param folder where the file would go
   * @param inMemory up to how many bytes stay in memory
   */
  Spool(Path folder, int inMemory) {
    this.folder = folder;
    this.inMemory = inMemory;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (file == null && length > inMemory - size) {
      spill();
    }
    if (file != null) {
      writeFully(file, ByteBuffer.wrap(bytes, offset, length));
    } else {
      int needed = (int) size + length;
      if (needed > memory.length) {
        memory = Arrays.copyOf(memory, (int) Math.max(needed, Math.min(inMemory, 2 * size)));
      }
      System.arraycopy(bytes, offset, memory, (int) size, length);
    }
    size += length;
  }

  long size() {
    return size;
  }

  boolean isInMemory() {
    return file == null;
  }

  /** What was written so far, from its begin. Not to be read after closing. */
  InputStream open() {
    return file == null
        ? new ByteArrayInputStream(memory, 0, (int) size)
        : new FileInput(file, size);
  }

  @Override
  public void close() throws IOException {
    memory = new byte[0];
    if (file != null) {
      file.close();
    }
  }

  private void spill() throws IOException {
    FileAttribute<?>[] attributes =
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Path path = Files.createTempFile(folder, "redis-value-", ".tmp", attributes);
    FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    file = channel;
    writeFully(channel, ByteBuffer.wrap(memory, 0, (int) size));
    memory = new byte[0];
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Reads the file at its own position, so that there can be several. */
  private static final class FileInput extends InputStream {
    private final FileChannel channel;
    private final long size;
    private long position;

    FileInput(FileChannel channel, long size) {
      this.channel = channel;
      this.size = size;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int wanted = (int) Math.min(length, size - position);
      if (wanted == 0) {
        return -1;
      }
      int count = channel.read(ByteBuffer.wrap(bytes, offset, wanted), position);
      position += Math.max(0, count);
      return count;
    }
  }
}
