package io.tradingengine.backup.core.redis.rdb;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A key's value, not yet read. It can be hundreds of megabytes long and is never held in memory: it
 * is copied as it stands, or skipped, once, while {@link RdbVisitor#key} runs.
 */
public final class RdbValue {
  private final RdbInput in;
  private final RdbVersion version;
  private final RdbType type;
  private final byte[] metadata;
  private long length;
  private State state = State.UNREAD;

  private enum State {
    UNREAD,
    READING,
    READ
  }

  RdbValue(RdbInput in, RdbVersion version, RdbType type, byte[] metadata) {
    this.in = in;
    this.version = version;
    this.type = type;
    this.metadata = metadata;
  }

  public ValueKind kind() {
    return type.kind();
  }

  /** The number that says how the value is laid out, 0 to 255. */
  public int type() {
    return type.number();
  }

  /** The version of the RDB that it comes from. */
  public RdbVersion version() {
    return version;
  }

  /** What modules attached to the key, from the opcode on; mostly nothing. */
  byte[] metadata() {
    return metadata;
  }

  /**
   * Writes the value as it stands in the RDB, without its type and key.
   *
   * @return how many bytes that were
   * @throws IOException if the RDB is damaged or cut short, or the sink fails
   * @throws IllegalStateException if it was read before
   */
  public long copyTo(OutputStream sink) throws IOException {
    begin();
    in.copyTo(sink);
    type.walk(in);
    in.endCopy();
    return end();
  }

  /**
   * Reads the value and forgets it.
   *
   * @return how many bytes that were
   * @throws IOException if the RDB is damaged or cut short
   * @throws IllegalStateException if it was read before
   */
  public long skip() throws IOException {
    begin();
    type.walk(in);
    return end();
  }

  /**
   * How long the value was.
   *
   * @throws IllegalStateException if it was not read yet
   */
  public long length() {
    if (state != State.READ) {
      throw new IllegalStateException("the value was not read yet");
    }
    return length;
  }

  /** Skips what the visitor left. */
  void finish() throws IOException {
    if (state == State.UNREAD) {
      skip();
    } else if (state == State.READING) {
      throw new IllegalStateException("a value was left half read, and its exception lost");
    }
  }

  private void begin() {
    if (state != State.UNREAD) {
      throw new IllegalStateException("the value was read already");
    }
    state = State.READING;
    length = -in.offset();
  }

  private long end() {
    length += in.offset();
    state = State.READ;
    return length;
  }
}
