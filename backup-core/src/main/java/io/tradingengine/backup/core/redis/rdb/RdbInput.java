package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an RDB or of a {@code DUMP} as numbers and strings, with the checksum of all that
 * was read. What is read can be copied on the way; both cost nothing per element, only per buffer.
 *
 * <p>Memory is bounded by what really arrives: a length that claims more than follows ends as an
 * {@link IOException} at the end of the input.
 */
final class RdbInput {
  static final int BUFFER = 1 << 16;

  /** A server takes no longer string from a client, unless told to; keys and names are shorter. */
  private static final int LONGEST_STRING = 512 << 20;

  private static final int LENGTH_14_BITS = 1;
  private static final int ENCODED = 3;
  private static final int LENGTH_32_BITS = 0x80;
  private static final int LENGTH_64_BITS = 0x81;
  private static final int INT_8 = 0;
  private static final int INT_16 = 1;
  private static final int INT_32 = 2;
  private static final int LZF = 3;

  private final InputStream in;
  private final String subject;
  private final byte[] buffer;
  private final Crc64 crc = new Crc64();

  /** How much of the input came before what is in the buffer. */
  private long before;

  private int position;
  private int limit;

  /** How much of the buffer is in the checksum. */
  private int summed;

  /** How much of the buffer was copied, while there is a copy. */
  private int copied;

  private @Nullable OutputStream copy;
  private @Nullable RdbKey key;
  private int type;

  /**
   * Begins to read.
   *
   * @param subject what this is, for messages
   */
  RdbInput(InputStream in, int bufferSize, String subject) {
    this.in = in;
    this.subject = subject;
    buffer = new byte[bufferSize];
  }

  /** How many bytes were read. */
  long offset() {
    return before + position;
  }

  /** The checksum of all that was read. */
  long checksum() {
    crc.update(buffer, summed, position - summed);
    summed = position;
    return crc.value();
  }

  /** Says in messages that this key's value is being read. */
  void enter(RdbKey key, int type) {
    this.key = key;
    this.type = type;
  }

  /** Ends {@link #enter}. */
  void leave() {
    key = null;
  }

  /** Copies all that is read from now on. */
  void copyTo(OutputStream sink) {
    copy = sink;
    copied = position;
  }

  /** Ends the copy; all that was read since its begin has been written. */
  void endCopy() throws IOException {
    if (copy != null) {
      copy.write(buffer, copied, position - copied);
      copy = null;
    }
  }

  /** Whether nothing more follows. */
  boolean atEnd() throws IOException {
    return position == limit && !fill();
  }

  int unsigned8() throws IOException {
    if (position == limit) {
      more();
    }
    return buffer[position++] & 0xFF;
  }

  /** A number of up to 8 bytes, least significant first, as it stands. */
  long littleEndian(int bytes) throws IOException {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (long) unsigned8() << (8 * i);
    }
    return value;
  }

  /** Reads {@code count} bytes and forgets them. */
  void skip(long count) throws IOException {
    if (count < 0) {
      throw damaged("a length of " + Long.toUnsignedString(count) + " bytes");
    }
    long left = count;
    while (left > limit - position) {
      left -= limit - position;
      position = limit;
      more();
    }
    position += (int) left;
  }

  /**
   * A number in the RDB's own form of 1 to 9 bytes: a length, a count or part of a stream's ID. Any
   * 64 bits are possible.
   */
  long number() throws IOException {
    int first = unsigned8();
    if (first >>> 6 == ENCODED) {
      throw damaged("a string where a number should be");
    }
    return number(first);
  }

  /** A string, as the server sees it: integers in decimal digits, compressed ones expanded. */
  byte[] string() throws IOException {
    int first = unsigned8();
    if (first >>> 6 != ENCODED) {
      return bytes(number(first));
    }
    return switch (first & 0x3F) {
      case INT_8 -> digits((byte) littleEndian(1));
      case INT_16 -> digits((short) littleEndian(2));
      case INT_32 -> digits((int) littleEndian(4));
      case LZF -> expanded();
      default -> throw unknownEncoding(first);
    };
  }

  /** Reads a string of any length and forgets it. */
  void skipString() throws IOException {
    int first = unsigned8();
    if (first >>> 6 != ENCODED) {
      skip(number(first));
      return;
    }
    switch (first & 0x3F) {
      case INT_8 -> skip(1);
      case INT_16 -> skip(2);
      case INT_32 -> skip(4);
      case LZF -> {
        long compressed = number();
        number();
        skip(compressed);
      }
      default -> throw unknownEncoding(first);
    }
  }

  /** An exception that says where the damage is. */
  IOException damaged(String what) {
    return new IOException(subject + " is damaged at offset " + offset() + where() + ": " + what);
  }

  private long number(int first) throws IOException {
    int form = first >>> 6;
    if (form == 0) {
      return first;
    }
    if (form == LENGTH_14_BITS) {
      return ((first & 0x3FL) << 8) | unsigned8();
    }
    return switch (first) {
      case LENGTH_32_BITS -> Integer.toUnsignedLong(Integer.reverseBytes((int) littleEndian(4)));
      case LENGTH_64_BITS -> Long.reverseBytes(littleEndian(8));
      default -> throw damaged("no number begins with " + first);
    };
  }

  private byte[] bytes(long count) throws IOException {
    if (count < 0 || count > LONGEST_STRING) {
      throw damaged("a name of " + Long.toUnsignedString(count) + " bytes; none is that long");
    }
    byte[] bytes = new byte[(int) Math.min(count, Math.max(BUFFER, limit - position))];
    int filled = 0;
    while (filled < count) {
      if (filled == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(count, 2L * filled));
      }
      if (position == limit) {
        more();
      }
      int part = Math.min(bytes.length - filled, limit - position);
      System.arraycopy(buffer, position, bytes, filled, part);
      position += part;
      filled += part;
    }
    return bytes;
  }

  private byte[] expanded() throws IOException {
    long compressed = number();
    long length = number();
    if (length < 0 || length > LONGEST_STRING) {
      throw damaged("a name of " + Long.toUnsignedString(length) + " bytes; none is that long");
    }
    byte[] bytes = bytes(compressed);
    if (length > Lzf.longest(bytes.length)) {
      throw damaged(compressed + " bytes cannot expand to " + length);
    }
    byte[] result = new byte[(int) length];
    if (!Lzf.expand(bytes, result)) {
      throw damaged("a compressed string cannot be expanded");
    }
    return result;
  }

  private IOException unknownEncoding(int first) {
    return damaged("a string in the unknown encoding " + (first & 0x3F));
  }

  private static byte[] digits(int value) {
    return Integer.toString(value).getBytes(US_ASCII);
  }

  private void more() throws IOException {
    if (!fill()) {
      throw new EOFException(subject + " is cut short: it ends at offset " + offset() + where());
    }
  }

  private boolean fill() throws IOException {
    checksum();
    if (copy != null) {
      copy.write(buffer, copied, position - copied);
    }
    before += position;
    position = 0;
    limit = 0;
    summed = 0;
    copied = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }

  private String where() {
    return key == null ? "" : ", in the value (of type " + type + ") of " + key;
  }
}
