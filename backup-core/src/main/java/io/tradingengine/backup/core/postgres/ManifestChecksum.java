package io.tradingengine.backup.core.postgres;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** How PostgreSQL's backup manifest proves a file: {@code BASE_BACKUP (MANIFEST_CHECKSUMS …)}. */
enum ManifestChecksum {
  NONE(""),
  CRC32C(""),
  SHA224("SHA-224"),
  SHA256("SHA-256"),
  SHA384("SHA-384"),
  SHA512("SHA-512");

  private final String digest;

  ManifestChecksum(String digest) {
    this.digest = digest;
  }

  /**
   * The algorithm of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static ManifestChecksum parse(String name) {
    for (ManifestChecksum each : values()) {
      if (each.name().equals(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException("unknown checksum algorithm '" + name + "'");
  }

  /** Whether it needs a file's bytes in their order. */
  boolean isOrdered() {
    return !digest.isEmpty();
  }

  /** A digest to feed, for an ordered algorithm. */
  MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(this + " cannot be computed here", e);
    }
  }

  /** What the manifest says of a file with these bytes; empty for {@link #NONE}. */
  String of(byte[] bytes) {
    return switch (this) {
      case NONE -> "";
      case CRC32C -> {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        yield hex((int) crc.getValue());
      }
      case SHA224, SHA256, SHA384, SHA512 -> HexFormat.of().formatHex(newDigest().digest(bytes));
    };
  }

  /**
   * A CRC-32C as PostgreSQL prints it: its bytes as they stand in memory on a little-endian
   * machine.
   */
  static String hex(int crc32c) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return HexFormat.of().formatHex(bytes.putInt(crc32c).array());
  }
}
