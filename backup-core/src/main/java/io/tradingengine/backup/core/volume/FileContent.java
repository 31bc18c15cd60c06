package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * Content that stands in a file, which must not change and has to stay as long as it is used.
 *
 * @param file the file
 * @param length its size in bytes
 * @param sha256 the digest of all of it
 */
public record FileContent(Path file, long length, Sha256 sha256) implements Content {

  /** The content of a file, which is read for its digest. */
  public static FileContent of(Path file) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[1 << 16];
    long length = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
        length += count;
      }
    }
    return new FileContent(file, length, Sha256.from(digest));
  }

  @Override
  public InputStream open() throws IOException {
    return Files.newInputStream(file);
  }
}
