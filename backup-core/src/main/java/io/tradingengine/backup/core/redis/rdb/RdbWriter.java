package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Composes an RDB from what servers gave with {@code DUMP} and {@code FUNCTION DUMP}. Auxiliary
 * fields come first, then functions, then keys.
 *
 * <p>No key may come twice: a server that loads such an RDB ends itself. {@code SCAN} gives keys
 * twice at times, so the caller has to see to that.
 *
 * <p>After an exception the RDB is of no use. Not safe for use by several threads.
 */
public final class RdbWriter {
  private static final int NO_DATABASE = -1;
  private static final byte[] NOTHING = {};

  private final RdbOutput out;
  private final RdbVersion version;
  private int database = NO_DATABASE;

  private RdbWriter(RdbOutput out, RdbVersion version) {
    this.out = out;
    this.version = version;
  }

  /**
   * Begins an RDB.
   *
   * @param out takes it, in blocks of 64 KiB; never closed by the writer
   * @param version of all that will be put into it, as {@link DumpPayload#versionOf} says it
   */
  public static RdbWriter start(OutputStream out, RdbVersion version) throws IOException {
    RdbOutput output = new RdbOutput(out, RdbInput.BUFFER);
    output.write(version.header());
    return new RdbWriter(output, version);
  }

  /** A field like {@code redis-ver} or {@code ctime}; servers pass over those they do not know. */
  public void auxiliary(String name, String value) throws IOException {
    out.write(Opcode.AUX);
    out.string(name.getBytes(UTF_8));
    out.string(value.getBytes(UTF_8));
  }

  /**
   * Functions.
   *
   * @param dump what {@code FUNCTION DUMP} gave
   * @throws IOException if that is damaged or of a newer version than the RDB
   */
  public void functions(byte[] dump) throws IOException {
    checkVersion(DumpPayload.check(dump), "the FUNCTION DUMP");
    int end = dump.length - DumpPayload.FOOTER;
    if (end > 0 && (dump[0] & 0xFF) != Opcode.FUNCTION) {
      throw new IOException("the FUNCTION DUMP begins with " + (dump[0] & 0xFF));
    }
    out.write(dump, 0, end);
  }

  /**
   * A key.
   *
   * @param dump what {@code DUMP} gave
   * @throws IOException if that is damaged or of a newer version than the RDB
   */
  public void key(RdbKey key, byte[] dump) throws IOException {
    key(key, new ByteArrayInputStream(dump), dump.length);
  }

  /**
   * A key whose value need not fit into memory.
   *
   * @param dump what {@code DUMP} gave; is read to its end, not closed
   * @param length how many bytes that are
   * @throws IOException if that is damaged or of a newer version than the RDB
   */
  public void key(RdbKey key, InputStream dump, long length) throws IOException {
    String subject = "the DUMP of " + key;
    long end = length - DumpPayload.FOOTER;
    if (end < 1) {
      throw new IOException(subject + " is cut short: it has " + length + " bytes only");
    }
    RdbInput in = new RdbInput(dump, (int) Math.min(length, RdbInput.BUFFER), subject);
    int type = in.unsigned8();
    byte[] metadata = NOTHING;
    if (KeyMetadata.isFirst(type, version)) {
      metadata = KeyMetadata.read(in);
      type = in.unsigned8();
    }
    use(key);
    out.write(metadata);
    out.write(type);
    out.string(key.name());
    in.copyTo(out);
    in.skip(end - in.offset());
    in.endCopy();
    int written = (int) in.littleEndian(Short.BYTES);
    long computed = in.checksum();
    DumpPayload.checkSum(in.littleEndian(Long.BYTES), computed, subject);
    checkVersion(RdbVersion.of(written), subject);
  }

  /**
   * Ends the RDB. To be called once.
   *
   * @return its length in bytes
   */
  public long finish() throws IOException {
    out.write(Opcode.EOF);
    out.finish();
    return out.length();
  }

  /** What stands before a key's type. */
  private void use(RdbKey key) throws IOException {
    if (key.database() != database) {
      database = key.database();
      out.write(Opcode.SELECT_DB);
      out.number(database);
    }
    if (key.expiresAt().isPresent()) {
      out.write(Opcode.EXPIRE_MILLIS);
      out.littleEndian(key.expiresAt().getAsLong(), Long.BYTES);
    }
    if (key.idleSeconds().isPresent()) {
      out.write(Opcode.IDLE);
      out.number(key.idleSeconds().getAsLong());
    }
    if (key.frequency().isPresent()) {
      out.write(Opcode.FREQUENCY);
      out.write(key.frequency().getAsInt());
    }
  }

  private void checkVersion(RdbVersion other, String subject) throws IOException {
    if (other.number() > version.number()) {
      throw new IOException(
          subject
              + " is of RDB version "
              + other
              + ", the RDB begun with version "
              + version
              + ": was the server replaced meanwhile? Take the snapshot again");
    }
  }
}
