package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Walks an RDB from begin to end in bounded memory, values of any size included: all types of Redis
 * up to 8.8 and of Valkey up to 9.1. Keys, names and the code of functions are held one at a time.
 *
 * <p>Says at which offset an RDB is damaged or cut short, and never trusts a length.
 */
public final class RdbReader {
  private static final byte[] NOTHING = {};

  private final RdbInput in;
  private final RdbVisitor visitor;
  private final RdbVersion version;
  private int database;

  /** What was read of the key whose type is to come. */
  private RdbKey.Use use = RdbKey.Use.NONE;

  private byte[] metadata = NOTHING;

  private RdbReader(RdbInput in, RdbVisitor visitor, RdbVersion version) {
    this.in = in;
    this.visitor = visitor;
    this.version = version;
  }

  /**
   * Reads an RDB to its end and tells a visitor what it holds. Does not close the stream.
   *
   * @throws IOException if it is no RDB, damaged, cut short, followed by something else, or holds
   *     what this library does not know; and whatever the visitor throws
   */
  public static RdbVerdict read(InputStream rdb, RdbVisitor visitor) throws IOException {
    RdbInput in = new RdbInput(rdb, RdbInput.BUFFER, "the RDB");
    byte[] header = new byte[RdbVersion.HEADER];
    for (int i = 0; i < header.length; i++) {
      header[i] = (byte) in.unsigned8();
    }
    RdbVersion version = RdbVersion.parse(header);
    visitor.version(version);
    return new RdbReader(in, visitor, version).toEnd();
  }

  private RdbVerdict toEnd() throws IOException {
    for (int opcode = in.unsigned8(); opcode != Opcode.EOF; opcode = in.unsigned8()) {
      switch (opcode) {
        case Opcode.AUX -> visitor.auxiliary(new String(in.string(), UTF_8), in.string());
        case Opcode.FUNCTION -> visitor.function(in.string());
        case Opcode.MODULE_AUX -> visitor.module(Modules.auxiliary(in));
        case Opcode.SELECT_DB -> selectDatabase();
        case Opcode.RESIZE_DB -> visitor.size(in.number(), in.number());
        case Opcode.SLOT_INFO -> slotInfo();
        default -> keyOrItsUse(opcode);
      }
    }
    long computed = in.checksum();
    long stored = in.littleEndian(Long.BYTES);
    if (!in.atEnd()) {
      throw in.damaged("something follows the end-of-file mark and the checksum");
    }
    return RdbVerifier.verdict(version, in.offset(), stored, computed);
  }

  private void keyOrItsUse(int opcode) throws IOException {
    switch (opcode) {
      case Opcode.EXPIRE_MILLIS -> expires(in.littleEndian(Long.BYTES));
      case Opcode.EXPIRE_SECONDS -> expires(1000L * (int) in.littleEndian(Integer.BYTES));
      case Opcode.IDLE -> {
        OptionalLong seconds = OptionalLong.of(in.number());
        use = new RdbKey.Use(use.expiresAt(), seconds, use.frequency());
      }
      case Opcode.FREQUENCY -> {
        OptionalInt frequency = OptionalInt.of(in.unsigned8());
        use = new RdbKey.Use(use.expiresAt(), use.idleSeconds(), frequency);
      }
      case Opcode.KEY_META -> metadataOrImport();
      default -> key(opcode);
    }
  }

  private void expires(long epochMillis) {
    use = new RdbKey.Use(OptionalLong.of(epochMillis), use.idleSeconds(), use.frequency());
  }

  private void key(int number) throws IOException {
    long offset = in.offset() - 1;
    if (number >= Opcode.LOWEST) {
      throw unknown("opcode " + number, offset);
    }
    RdbKey key = RdbKey.of(database, in.string(), use);
    RdbType type =
        RdbType.of(number, version)
            .orElseThrow(() -> unknown("type " + number + " for the " + key, offset));
    RdbValue value = new RdbValue(in, version, type, metadata);
    in.enter(key, number);
    visitor.key(key, value);
    value.finish();
    in.leave();
    use = RdbKey.Use.NONE;
    metadata = NOTHING;
  }

  private IOException unknown(String what, long offset) {
    return new IOException(
        "the RDB (version "
            + version
            + ") holds at offset "
            + offset
            + " "
            + what
            + ", which this library does not know: a newer server or a release candidate wrote it,"
            + " or it is damaged");
  }

  private void selectDatabase() throws IOException {
    long number = in.number();
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw in.damaged("there is no database " + Long.toUnsignedString(number));
    }
    database = (int) number;
    visitor.database(database);
  }

  /** How many keys a cluster's slot has: a hint. */
  private void slotInfo() throws IOException {
    in.number();
    in.number();
    in.number();
  }

  private void metadataOrImport() throws IOException {
    if (version.isValkeys()) {
      in.skipString(); // the job's name
      for (long ranges = in.number(); ranges != 0; ranges--) {
        in.number();
        in.number();
      }
    } else {
      metadata = KeyMetadata.read(in);
    }
  }
}
