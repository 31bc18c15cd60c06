package io.tradingengine.backup.core.redis.rdb;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code DUMP} gives and {@code RESTORE} takes: the type, the value as in an RDB, the RDB's
 * version and a checksum. Its length is known before its first byte is sent. A large one lies in a
 * private temporary file until it is closed.
 *
 * <p>May be read several times, also by several threads; closing ends that.
 */
public final class DumpPayload implements Closeable {
  /** The RDB's version in 2 bytes and the checksum. */
  static final int FOOTER = Short.BYTES + Long.BYTES;

  private static final int BLOCK = 512;

  private final Spool spool;

  private DumpPayload(Spool spool) {
    this.spool = spool;
  }

  /**
   * Where values go while their length is found out.
   *
   * @param folder takes the files of large values; must exist
   * @param inMemory values of up to this many bytes stay in memory
   */
  public record Room(Path folder, int inMemory) {
    private static final int USUAL = 8 << 20;

    public Room {
      if (inMemory < 0) {
        throw new IllegalArgumentException("not a size: " + inMemory);
      }
    }

    /** 8 MiB in memory, and what is larger in files in this folder. */
    public static Room in(Path folder) {
      return new Room(folder, USUAL);
    }
  }

  /**
   * Reads a value out of an RDB.
   *
   * @throws IOException if the RDB is damaged or cut short, or the room is full
   */
  public static DumpPayload of(RdbValue value, Room room) throws IOException {
    return write(
        room,
        value.version(),
        out -> {
          out.write(value.metadata());
          out.write(value.type());
          value.copyTo(out);
        });
  }

  /**
   * What {@code FUNCTION RESTORE} takes.
   *
   * @param libraries the code of each, as {@link RdbVisitor#function} had it
   */
  public static DumpPayload ofFunctions(List<byte[]> libraries, RdbVersion version, Room room)
      throws IOException {
    return write(
        room,
        version,
        out -> {
          for (byte[] code : libraries) {
            out.write(Opcode.FUNCTION);
            out.string(code);
          }
        });
  }

  /**
   * The version of what {@code DUMP} or {@code FUNCTION DUMP} gave, without checking the rest.
   *
   * @throws IOException if it is no such thing
   */
  public static RdbVersion versionOf(byte[] dump) throws IOException {
    if (dump.length < FOOTER) {
      throw new IOException("this is no DUMP: it has " + dump.length + " bytes only");
    }
    return RdbVersion.of(footer(dump, dump.length - FOOTER).getShort() & 0xFFFF);
  }

  /**
   * Checks what {@code DUMP} or {@code FUNCTION DUMP} gave.
   *
   * @return its version
   * @throws IOException if its checksum is wrong, or it is no such thing
   */
  public static RdbVersion check(byte[] dump) throws IOException {
    if (dump.length >= FOOTER) {
      int end = dump.length - Long.BYTES;
      checkSum(footer(dump, end).getLong(), Crc64.of(dump, 0, end), "the DUMP");
    }
    return versionOf(dump);
  }

  static void checkSum(long stored, long computed, String subject) throws IOException {
    if (stored != computed) {
      throw new IOException(
          String.format(
              "%s is damaged: its checksum is %016x, that of its bytes is %016x",
              subject, stored, computed));
    }
  }

  /** Bytes, all of them. */
  public long length() {
    return spool.size();
  }

  /** The bytes from the first on; as often as wanted. */
  public InputStream open() {
    return spool.open();
  }

  @Override
  public void close() throws IOException {
    spool.close();
  }

  private static ByteBuffer footer(byte[] dump, int at) {
    return ByteBuffer.wrap(dump, at, dump.length - at).order(ByteOrder.LITTLE_ENDIAN);
  }

  @FunctionalInterface
  private interface Body {
    void writeTo(RdbOutput out) throws IOException;
  }

  private static DumpPayload write(Room room, RdbVersion version, Body body) throws IOException {
    Spool spool = new Spool(room.folder(), room.inMemory());
    try {
      RdbOutput out = new RdbOutput(spool, BLOCK);
      body.writeTo(out);
      out.littleEndian(version.number(), Short.BYTES);
      out.finish();
      return new DumpPayload(spool);
    } catch (IOException | RuntimeException e) {
      spool.close();
      throw e;
    }
  }
}
