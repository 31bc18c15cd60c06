package io.tradingengine.backup.core.redis.rdb;

import java.io.IOException;
import java.io.OutputStream;

/** Writes numbers and strings in the RDB's form, in blocks, with the checksum of all of it. */
final class RdbOutput extends OutputStream {
  private final OutputStream out;
  private final byte[] block;
  private final Crc64 crc = new Crc64();
  private int filled;
  private long before;

  RdbOutput(OutputStream out, int blockSize) {
    this.out = out;
    block = new byte[blockSize];
  }

  @Override
  public void write(int one) throws IOException {
    if (filled == block.length) {
      flushBlock();
    }
    block[filled++] = (byte) one;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > block.length - filled) {
      flushBlock();
    }
    if (length >= block.length) {
      crc.update(bytes, offset, length);
      before += length;
      out.write(bytes, offset, length);
    } else {
      System.arraycopy(bytes, offset, block, filled, length);
      filled += length;
    }
  }

  /** A number as it stands, least significant byte first. */
  void littleEndian(long value, int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      write((int) (value >>> (8 * i)) & 0xFF);
    }
  }

  /** A length or another number; any 64 bits, without a sign. */
  void number(long value) throws IOException {
    if (value >>> 6 == 0) {
      write((int) value);
    } else if (value >>> 14 == 0) {
      write((int) (value >>> 8) | 0x40);
      write((int) value & 0xFF);
    } else if (value >>> Integer.SIZE == 0) {
      write(0x80);
      littleEndian(Integer.toUnsignedLong(Integer.reverseBytes((int) value)), Integer.BYTES);
    } else {
      write(0x81);
      littleEndian(Long.reverseBytes(value), Long.BYTES);
    }
  }

  void string(byte[] bytes) throws IOException {
    number(bytes.length);
    write(bytes, 0, bytes.length);
  }

  /** The checksum of all before, and all of it to the stream below. */
  void finish() throws IOException {
    flushBlock();
    littleEndian(crc.value(), Long.BYTES);
    flushBlock();
  }

  /** How many bytes were written. */
  long length() {
    return before + filled;
  }

  private void flushBlock() throws IOException {
    crc.update(block, 0, filled);
    before += filled;
    out.write(block, 0, filled);
    filled = 0;
  }
}
