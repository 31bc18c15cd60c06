package io.tradingengine.backup.core.redis.rdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks an RDB that passes by, without knowing how long it will be and without looking inside: the
 * first bytes, the last opcode and the checksum. Costs what the checksum costs.
 *
 * <p>The bytes may come in pieces of any size. Not safe for use by several threads.
 */
public final class RdbVerifier {
  /** The end-of-file opcode and the checksum. */
  private static final int TAIL = 1 + Long.BYTES;

  private final Crc64 crc = new Crc64();
  private final byte[] header = new byte[RdbVersion.HEADER];

  /** The last bytes seen, oldest first; what is pushed out goes into the checksum. */
  private final byte[] tail = new byte[TAIL];

  private int held;
  private long length;
  private @Nullable RdbVersion version;

  /**
   * Sees the bytes between position and limit and moves neither.
   *
   * @throws IOException as soon as it is plain that this is no RDB
   */
  public void update(ByteBuffer bytes) throws IOException {
    if (bytes.hasRemaining()) {
      readHeader(bytes);
      length += bytes.remaining();
      pass(bytes);
    }
  }

  /**
   * Sees bytes.
   *
   * @throws IOException as soon as it is plain that this is no RDB
   */
  public void update(byte[] bytes, int offset, int count) throws IOException {
    update(ByteBuffer.wrap(bytes, offset, count));
  }

  /** How many bytes have passed. */
  public long length() {
    return length;
  }

  /** The RDB's version; empty until its first nine bytes have passed. */
  public Optional<RdbVersion> version() {
    return Optional.ofNullable(version);
  }

  /**
   * Says whether what has passed is a whole RDB. To be called once, at the end.
   *
   * @throws IOException if it is cut short or its checksum is wrong
   */
  public RdbVerdict finish() throws IOException {
    if (version == null || held < TAIL || length < RdbVersion.HEADER + TAIL) {
      throw new IOException("the RDB is cut short: it ends after " + length + " bytes");
    }
    if (tail[0] != (byte) Opcode.EOF) {
      throw new IOException(
          "the RDB is cut short or damaged: no end-of-file mark before the last 8 of its "
              + length
              + " bytes");
    }
    crc.update(tail, 0, 1);
    long stored = ByteBuffer.wrap(tail, 1, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return verdict(Objects.requireNonNull(version), length, stored, crc.value());
  }

  /** Compares checksums; one of 0 was never computed. */
  static RdbVerdict verdict(RdbVersion version, long length, long stored, long computed)
      throws IOException {
    if (stored == 0) {
      return new RdbVerdict(version, length, RdbVerdict.Checksum.UNVERIFIABLE);
    }
    if (stored != computed) {
      throw new IOException(
          String.format(
              "the RDB is damaged: its checksum is %016x, that of its %d bytes is %016x",
              stored, length, computed));
    }
    return new RdbVerdict(version, length, RdbVerdict.Checksum.VERIFIED);
  }

  private void readHeader(ByteBuffer bytes) throws IOException {
    if (length >= header.length) {
      return;
    }
    int count = Math.min(bytes.remaining(), header.length - (int) length);
    bytes.get(bytes.position(), header, (int) length, count);
    if (length + count == header.length) {
      version = RdbVersion.parse(header);
    }
  }

  private void pass(ByteBuffer bytes) {
    int count = bytes.remaining();
    int end = bytes.limit();
    if (count >= TAIL) {
      crc.update(tail, 0, held);
      crc.update(bytes.duplicate().limit(end - TAIL));
      bytes.get(end - TAIL, tail);
      held = TAIL;
      return;
    }
    int out = Math.max(0, held + count - TAIL);
    crc.update(tail, 0, out);
    System.arraycopy(tail, out, tail, 0, held - out);
    held -= out;
    bytes.get(bytes.position(), tail, held, count);
    held += count;
  }
}
