package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.ArtifactStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the changed pages of one segment until their number is known, which an archive has before
 * them: the first in memory, more in a temporary file that nobody else can open or read, as it is
 * encrypted with a key that is never written. Not safe for concurrent use.
 */
final class PageSpill implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PageSpill.class);
  private static final int IN_MEMORY = 8 << 20;
  private static final int BLOCK = 16;
  private static final String CIPHER = "AES/CTR/NoPadding";

  private final SecureRandom random = new SecureRandom();
  private final ByteBuffer memory = ByteBuffer.allocate(IN_MEMORY);
  private final byte[] key = new byte[BLOCK];
  private final byte[] counter = new byte[BLOCK];
  private @Nullable FileChannel file;
  private @Nullable Cipher cipher;
  private long spilled;

  /** Takes a page, which is consumed; pages are no longer than half a megabyte. */
  void add(ByteBuffer page) throws IOException {
    if (memory.remaining() < page.remaining()) {
      spill();
    }
    memory.put(page);
  }

  private void spill() throws IOException {
    FileChannel out = file;
    if (out == null) {
      out = open();
      file = out;
    }
    if (spilled == 0) {
      random.nextBytes(key);
      random.nextBytes(counter);
      cipher = cipher(Cipher.ENCRYPT_MODE);
      out.truncate(0);
    }
    ByteBuffer bytes = transformed(memory.flip());
    while (bytes.hasRemaining()) {
      spilled += out.write(bytes, spilled);
    }
    memory.clear();
  }

  private static FileChannel open() throws IOException {
    Path path = Files.createTempFile("backup-pages", ".tmp");
    return FileChannel.open(
        path,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  private Cipher cipher(int mode) {
    try {
      Cipher made = Cipher.getInstance(CIPHER);
      made.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(counter));
      return made;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + CIPHER, e);
    }
  }

  /** The counter mode gives as many bytes as it gets. */
  private ByteBuffer transformed(ByteBuffer bytes) {
    Cipher working = cipher;
    if (working == null) {
      throw new IllegalStateException("nothing was spilled");
    }
    byte[] out =
        working.update(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    return ByteBuffer.wrap(out == null ? new byte[0] : out);
  }

  /** Writes all pages in their order, and is empty then. */
  void drainTo(ArtifactStream out) throws IOException {
    FileChannel in = file;
    if (spilled > 0 && in != null) {
      cipher = cipher(Cipher.DECRYPT_MODE);
      ByteBuffer piece = ByteBuffer.allocate(1 << 20);
      for (long at = 0; at < spilled; ) {
        piece.clear().limit((int) Math.min(piece.capacity(), spilled - at));
        int count = in.read(piece, at);
        if (count < 0) {
          throw new IOException("a temporary file was cut short by somebody else");
        }
        at += count;
        out.write(transformed(piece.flip()));
      }
    }
    out.write(memory.flip());
    memory.clear();
    spilled = 0;
  }

  @Override
  public void close() {
    try {
      FileChannel open = file;
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      log.debug("A temporary file did not close", e); // its bytes say nothing without the key
    }
  }
}
