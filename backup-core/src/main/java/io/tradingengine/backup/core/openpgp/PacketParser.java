package io.tradingengine.backup.core.openpgp;

/**
 * Walks over the packets in a range of an array, without copying: old and new packet format,
 * definite, partial and indeterminate lengths. Trusts nothing, allocates nothing. Not safe for
 * concurrent use.
 *
 * <p>{@link #next()} enters a packet, {@link #nextPart()} goes through the parts of its body one
 * after the other.
 */
final class PacketParser {
  private final byte[] bytes;
  private final int end;
  private int position;

  private int partOffset;
  private int partLength;
  private boolean entered;
  private boolean more;

  PacketParser(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Where the next header is, once a packet's parts have been gone through. */
  int position() {
    return position;
  }

  boolean hasNext() {
    return position < end;
  }

  /** Enters the next packet and returns its tag. */
  int next() throws MalformedPacketException {
    int first = read();
    if ((first & 0x80) == 0) {
      throw new MalformedPacketException("is not an OpenPGP message, or damaged");
    }
    entered = true;
    if ((first & 0x40) != 0) {
      readLength();
      return first & 0x3F;
    }
    more = false;
    int lengthType = first & 3;
    part(lengthType == 3 ? end - position : number(1 << lengthType));
    return (first >> 2) & 0xF;
  }

  /** Goes to the next part of the packet's body; false after the last one. */
  boolean nextPart() throws MalformedPacketException {
    if (entered) {
      entered = false;
      return true;
    }
    if (!more) {
      return false;
    }
    readLength();
    return true;
  }

  /** Passes over what is left of the packet, and returns how many bytes its body has in all. */
  int skip() throws MalformedPacketException {
    int length = 0;
    while (nextPart()) {
      length += partLength;
    }
    return length;
  }

  int partOffset() {
    return partOffset;
  }

  int partLength() {
    return partLength;
  }

  private void readLength() throws MalformedPacketException {
    int first = read();
    more = first >= 224 && first < 255;
    if (first < 192) {
      part(first);
    } else if (first < 224) {
      part(((first - 192) << 8) + read() + 192);
    } else {
      part(more ? 1 << (first & 0x1F) : number(4));
    }
  }

  private void part(int length) throws MalformedPacketException {
    if (length < 0 || length > end - position) {
      throw new MalformedPacketException("is truncated, or damaged");
    }
    partOffset = position;
    partLength = length;
    position += length;
  }

  private int number(int count) throws MalformedPacketException {
    int number = 0;
    for (int i = 0; i < count; i++) {
      number = number << 8 | read();
    }
    return number;
  }

  private int read() throws MalformedPacketException {
    if (position >= end) {
      throw new MalformedPacketException("is truncated, or damaged");
    }
    return bytes[position++] & 0xFF;
  }
}
