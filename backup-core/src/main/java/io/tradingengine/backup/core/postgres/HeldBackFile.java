package io.tradingengine.backup.core.postgres;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A small file that is kept in memory: it is written later, or otherwise, or not at all. */
final class HeldBackFile extends RestoredFile {
  /** More than any configuration file has. */
  static final int LARGEST = 16 << 20;

  private final byte[] bytes;

  HeldBackFile(Member member) {
    super(member);
    if (member.size() > LARGEST) {
      throw new IllegalArgumentException(
          "'" + member.name() + "' has " + member.size() + " bytes, which it never has");
    }
    this.bytes = new byte[(int) member.size()];
  }

  /** Its bytes, once it {@linkplain #isComplete is complete}. Not a copy. */
  byte[] bytes() {
    return bytes;
  }

  @Override
  int store(long at, ByteBuffer piece) {
    CRC32C crc = new CRC32C();
    crc.update(piece.duplicate());
    piece.get(bytes, (int) at, piece.remaining());
    return (int) crc.getValue();
  }

  @Override
  void complete() throws MismatchException {
    ManifestFile expected = member().expected().orElse(null);
    if (expected != null) {
      compare(expected, expected.algorithm().of(bytes));
    }
  }
}
