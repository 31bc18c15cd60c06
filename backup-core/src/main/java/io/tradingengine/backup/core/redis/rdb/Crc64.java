package io.tradingengine.backup.core.redis.rdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The checksum at the end of an RDB and of a {@code DUMP}: CRC-64 with Jones' polynomial
 * 0xad93d23594c935a9, reflected, starting at 0 and without a final exclusive or. The digits 1 to 9
 * have 0xe9c6d914c4b8d9ca.
 *
 * <p>Takes eight bytes a step (slicing by 8), about 1 GB/s. Not safe for use by several threads.
 */
public final class Crc64 {
  private static final long REFLECTED_POLYNOMIAL = 0x95AC9329AC4BC9B5L;
  private static final int SLICES = 8;

  /** Table {@code k} holds, from {@code 256 * k} on, what a byte does {@code k} bytes later. */
  private static final long[] TABLES = tables();

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private long crc;

  private static long[] tables() {
    long[] tables = new long[SLICES << 8];
    for (int i = 0; i < 256; i++) {
      long crc = i;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : REFLECTED_POLYNOMIAL);
      }
      tables[i] = crc;
    }
    for (int i = 256; i < tables.length; i++) {
      long before = tables[i - 256];
      tables[i] = (before >>> 8) ^ tables[(int) before & 0xFF];
    }
    return tables;
  }

  /** The checksum of some bytes. */
  public static long of(byte[] bytes, int offset, int length) {
    Crc64 crc = new Crc64();
    crc.update(bytes, offset, length);
    return crc.value();
  }

  /** Takes the bytes between position and limit and moves neither. Heap and direct buffers. */
  public void update(ByteBuffer bytes) {
    if (bytes.hasArray()) {
      update(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
      return;
    }
    ByteBuffer view = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long value = crc;
    int at = view.position();
    int end = view.limit();
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      value = step(value ^ view.getLong(at));
    }
    for (; at < end; at++) {
      value = step(value, view.get(at));
    }
    crc = value;
  }

  /**
   * Takes bytes.
   *
   * @throws IndexOutOfBoundsException if they are not all in the array
   */
  public void update(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    long value = crc;
    int at = offset;
    int end = offset + length;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      value = step(value ^ (long) LONGS.get(bytes, at));
    }
    for (; at < end; at++) {
      value = step(value, bytes[at]);
    }
    crc = value;
  }

  /** The checksum of all that was taken; more may be taken after. */
  public long value() {
    return crc;
  }

  private static long step(long value, byte next) {
    return (value >>> 8) ^ TABLES[(int) (value ^ next) & 0xFF];
  }

  private static long step(long eight) {
    return TABLES[0x700 | ((int) eight & 0xFF)]
        ^ TABLES[0x600 | ((int) (eight >>> 8) & 0xFF)]
        ^ TABLES[0x500 | ((int) (eight >>> 16) & 0xFF)]
        ^ TABLES[0x400 | ((int) (eight >>> 24) & 0xFF)]
        ^ TABLES[0x300 | ((int) (eight >>> 32) & 0xFF)]
        ^ TABLES[0x200 | ((int) (eight >>> 40) & 0xFF)]
        ^ TABLES[0x100 | ((int) (eight >>> 48) & 0xFF)]
        ^ TABLES[(int) (eight >>> 56) & 0xFF];
  }
}
