package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.spi.IndexEntry;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;

/**
 * The header of a tar member, 512 bytes in ustar form (POSIX.1-1988), as PostgreSQL writes it.
 *
 * @param path the member's name, without a slash at its end
 * @param type what it is; everything that is no directory and no symbolic link counts as a file
 * @param mode permission bits
 * @param size how many bytes follow, less the padding
 * @param link what a symbolic link points to; empty for all else
 */
record TarHeader(String path, IndexEntry.Type type, int mode, long size, String link) {
  /** Headers, and the data after them, begin at multiples of this. */
  static final int BLOCK = 512;

  private static final int MODIFIED_AT = 136;
  private static final int CHECKSUM_AT = 148;
  private static final int CHECKSUM_SIZE = 8;

  /** A file that we put into an archive. */
  static TarHeader file(String path, long size) {
    return new TarHeader(path, IndexEntry.Type.FILE, 0600, size, "");
  }

  /** How many bytes follow {@code size} bytes of data to fill the block. */
  static int padding(long size) {
    return (int) (-size & (BLOCK - 1));
  }

  /** Whether a block holds nothing but zeros, as the two at an archive's end do. */
  static boolean isEnd(byte[] block) {
    for (byte each : block) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads a header.
   *
   * @throws IOException if its checksum is wrong: whatever this is, it is no tar header
   */
  static TarHeader parse(byte[] block) throws IOException {
    if (number(block, CHECKSUM_AT, CHECKSUM_SIZE) != checksum(block)) {
      throw new IOException("the archive is damaged: a header's checksum is wrong");
    }
    String name = text(block, 0, 100);
    if (Arrays.equals(block, 257, 262, "ustar".getBytes(US_ASCII), 0, 5)) {
      String prefix = text(block, 345, 155);
      name = prefix.isEmpty() ? name : prefix + "/" + name;
    }
    IndexEntry.Type type =
        switch (block[156]) {
          case '5' -> IndexEntry.Type.DIRECTORY;
          case '2' -> IndexEntry.Type.SYMLINK;
          default -> IndexEntry.Type.FILE;
        };
    long size = type == IndexEntry.Type.FILE ? number(block, 124, 12) : 0;
    String link = type == IndexEntry.Type.SYMLINK ? text(block, 157, 100) : "";
    int mode = (int) number(block, 100, 8) & 07777;
    return new TarHeader(name.replaceFirst("/+$", ""), type, mode, size, link);
  }

  /** When the member was changed last, in whole seconds, as its header says. */
  static Instant modified(byte[] block) throws IOException {
    return Instant.ofEpochSecond(number(block, MODIFIED_AT, 12));
  }

  /**
   * A header of a file with another name and size: its mode, owner and time stay.
   *
   * @throws IOException if the name does not fit into one
   */
  static byte[] renamed(byte[] block, String path, long size) throws IOException {
    byte[] renamed =
        new TarHeader(path, IndexEntry.Type.FILE, 0600, size, "").encode(Instant.EPOCH);
    System.arraycopy(block, 100, renamed, 100, 24);
    System.arraycopy(block, MODIFIED_AT, renamed, MODIFIED_AT, 12);
    System.arraycopy(block, 265, renamed, 265, 64);
    octal(renamed, CHECKSUM_AT, CHECKSUM_SIZE - 1, checksum(renamed));
    renamed[CHECKSUM_AT + CHECKSUM_SIZE - 1] = ' ';
    return renamed;
  }

  /**
   * Writes a header for a file.
   *
   * @throws IOException if the name does not fit into one
   */
  byte[] encode(Instant modified) throws IOException {
    byte[] block = new byte[BLOCK];
    byte[] name = path.getBytes(UTF_8);
    int split = 0;
    if (name.length > 100) {
      split = prefixLength(name);
      System.arraycopy(name, 0, block, 345, split);
      split++;
    }
    System.arraycopy(name, split, block, 0, name.length - split);
    octal(block, 100, 8, mode);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    sizeNumber(block, size);
    octal(block, 136, 12, modified.getEpochSecond());
    block[156] = '0';
    System.arraycopy("ustar\00000".getBytes(US_ASCII), 0, block, 257, 8);
    octal(block, CHECKSUM_AT, CHECKSUM_SIZE - 1, checksum(block));
    block[CHECKSUM_AT + CHECKSUM_SIZE - 1] = ' ';
    return block;
  }

  /** Where a long name can be cut: at a slash with at most 155 bytes before and 100 after it. */
  private int prefixLength(byte[] name) throws IOException {
    for (int i = Math.min(155, name.length - 2); i >= name.length - 101 && i > 0; i--) {
      if (name[i] == '/') {
        return i;
      }
    }
    throw new IOException("the name is too long for a tar archive: " + path);
  }

  private static String text(byte[] block, int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return new String(block, offset, end - offset, UTF_8);
  }

  /** Octal digits, or base 256 where the first bit is set. */
  private static long number(byte[] block, int offset, int length) throws IOException {
    if ((block[offset] & 0x80) != 0) {
      long value = 0;
      for (int i = Math.max(offset + 1, offset + length - 8); i < offset + length; i++) {
        value = (value << 8) | (block[i] & 0xFF);
      }
      if (value < 0) {
        throw new IOException("the archive is damaged: a header holds a negative number");
      }
      return value;
    }
    long value = 0;
    for (int i = offset; i < offset + length; i++) {
      if (block[i] >= '0' && block[i] <= '7') {
        value = (value << 3) | (block[i] - '0');
      } else if (block[i] != ' ' && block[i] != 0) {
        throw new IOException("the archive is damaged: a header holds no number where it should");
      }
    }
    return value;
  }

  /** Octal where there is room for it; else in base 256, as a server writes it. */
  private static void sizeNumber(byte[] block, long size) {
    if (size < 1L << 33) {
      octal(block, 124, 12, size);
      return;
    }
    block[124] = (byte) 0x80;
    for (int i = 0; i < Long.BYTES; i++) {
      block[135 - i] = (byte) (size >>> (8 * i));
    }
  }

  private static void octal(byte[] block, int offset, int length, long value) {
    long rest = value;
    for (int i = offset + length - 2; i >= offset; i--) {
      block[i] = (byte) ('0' + (rest & 7));
      rest >>>= 3;
    }
  }

  /** The sum of all bytes, with blanks where the sum itself stands. */
  private static int checksum(byte[] block) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      boolean own = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_SIZE;
      sum += own ? ' ' : block[i] & 0xFF;
    }
    return sum;
  }
}
