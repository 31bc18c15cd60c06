package io.tradingengine.backup.core.redis.rdb;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * What modules attach to keys since Redis 8.6; stands before the key's type in an RDB and in a
 * {@code DUMP}. It is held in memory.
 */
final class KeyMetadata {
  /** Far more than modules are known to attach. */
  private static final int LONGEST = 16 << 20;

  private KeyMetadata() {}

  /** Whether a {@code DUMP} with this version and first byte begins with it. */
  static boolean isFirst(int first, RdbVersion version) {
    return first == Opcode.KEY_META && !version.isValkeys();
  }

  /** Reads it, after the opcode; gives it from the opcode on. */
  static byte[] read(RdbInput in) throws IOException {
    Bounded bytes = new Bounded();
    bytes.write(Opcode.KEY_META);
    in.copyTo(bytes);
    Modules.keyMetadata(in);
    in.endCopy();
    return bytes.held.toByteArray();
  }

  private static final class Bounded extends OutputStream {
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > LONGEST - held.size()) {
        throw new IOException(
            "modules attached more than " + LONGEST + " bytes to a key, or the RDB is damaged");
      }
      held.write(bytes, offset, length);
    }
  }
}
