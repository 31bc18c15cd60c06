package io.tradingengine.backup.spi;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** What is put: re-openable, of known length and digest. Safe for concurrent use. */
public interface Content {

  /** The size in bytes. */
  long length();

  /** The digest of all bytes. */
  Sha256 sha256();

  /** A new stream of all bytes. The caller closes it. */
  InputStream open() throws IOException;

  /**
   * All bytes, without a copy where they are in memory anyway.
   *
   * @param out written to from the calling thread, and not closed
   */
  default void writeTo(OutputStream out) throws IOException {
    try (InputStream in = open()) {
      in.transferTo(out);
    }
  }

  /** Content that stands in memory. The array is not copied and must not change. */
  static Content of(byte[] bytes) {
    Sha256 digest = Sha256.of(bytes);
    return new Content() {
      @Override
      public long length() {
        return bytes.length;
      }

      @Override
      public Sha256 sha256() {
        return digest;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
      }

      @Override
      public String toString() {
        return List.of(length(), digest).toString();
      }
    };
  }
}
