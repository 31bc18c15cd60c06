package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.IntegrityException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Decrypts whole messages in place. Reads what {@link MessageOutputStream} writes, and what gpg
 * writes with compression off. Releases nothing before the modification detection code was checked.
 * Safe for concurrent use.
 */
final class MessageReader {
  private static final String DAMAGED = "is damaged: its integrity check failed";

  private final SessionKeys sessionKeys;

  MessageReader(SessionKeys sessionKeys) {
    this.sessionKeys = sessionKeys;
  }

  /** What remains of a message, decrypted in the same array if it has one. */
  ByteBuffer decrypt(ByteBuffer message, String objectKey) {
    byte[] bytes;
    int start;
    int end;
    if (message.hasArray()) {
      bytes = message.array();
      start = message.arrayOffset() + message.position();
      end = message.arrayOffset() + message.limit();
      message.position(message.limit());
    } else {
      bytes = new byte[message.remaining()];
      start = 0;
      end = bytes.length;
      message.get(bytes);
    }
    try {
      int data = findData(bytes, start, end);
      SessionKey key = sessionKeys.recover(Arrays.copyOfRange(bytes, start, data), objectKey);
      Range plain = decryptData(bytes, data, end, key);
      return literal(bytes, plain);
    } catch (MalformedPacketException e) {
      throw new IntegrityException(objectKey, String.valueOf(e.getMessage()), e);
    }
  }

  private record Range(int start, int end) {}

  /** Where the packet with the encrypted data begins; before it stand the session keys. */
  private static int findData(byte[] bytes, int start, int end) throws MalformedPacketException {
    PacketParser packets = new PacketParser(bytes, start, end);
    while (packets.hasNext()) {
      int position = packets.position();
      int tag = packets.next();
      switch (tag) {
        case Packet.KEY_ENCRYPTED_SESSION_KEY,
            Packet.PASSPHRASE_ENCRYPTED_SESSION_KEY,
            Packet.MARKER,
            Packet.PADDING ->
            packets.skip();
        case Packet.ENCRYPTED_DATA -> {
          return position;
        }
        case Packet.UNPROTECTED_DATA ->
            throw new MalformedPacketException(
                "is encrypted without integrity protection, which is refused");
        case Packet.GNUPG_AEAD_DATA ->
            throw new MalformedPacketException(
                "is encrypted in GnuPG's own AEAD format, which is not supported");
        default ->
            throw new MalformedPacketException(
                "is not an encrypted OpenPGP message, or damaged (packet " + tag + ")");
      }
    }
    throw new MalformedPacketException("is truncated: it has no encrypted data");
  }

  /**
   * Joins the parts of the packet at {@code data}, decrypts them and checks their integrity.
   *
   * @return where in {@code bytes} the packets inside stand
   */
  private static Range decryptData(byte[] bytes, int data, int end, SessionKey key)
      throws MalformedPacketException {
    int total = dataLength(bytes, data, end);
    PacketParser parts = new PacketParser(bytes, data, end);
    parts.next();
    parts.nextPart();
    int version = 1;
    int start = parts.partOffset() + version;
    int joined = start;
    InPlace plain = new InPlace(bytes, start, start + total, key);
    do {
      int length = parts.partLength() - version;
      System.arraycopy(bytes, parts.partOffset() + version, bytes, joined, length);
      joined += length;
      plain.advance(joined);
      version = 0;
    } while (parts.nextPart());
    plain.check();
    return new Range(start + Packet.PREFIX, joined - Packet.DETECTION_CODE);
  }

  /** The length of the packet's body without the version, once all of it is known to be there. */
  private static int dataLength(byte[] bytes, int data, int end) throws MalformedPacketException {
    PacketParser parts = new PacketParser(bytes, data, end);
    parts.next();
    parts.nextPart();
    if (parts.partLength() == 0) {
      throw new MalformedPacketException(DAMAGED);
    }
    if (bytes[parts.partOffset()] != 1) {
      throw new MalformedPacketException(
          "is encrypted in a version of OpenPGP that is not supported, or damaged");
    }
    int length = parts.partLength() - 1 + parts.skip();
    if (parts.hasNext() || length < Packet.PREFIX + Packet.DETECTION_CODE) {
      throw new MalformedPacketException(DAMAGED);
    }
    return length;
  }

  /** The content of the one literal data packet in {@code plain}, its parts joined. */
  private static ByteBuffer literal(byte[] bytes, Range plain) throws MalformedPacketException {
    PacketParser packets = new PacketParser(bytes, plain.start(), plain.end());
    int tag = packets.next();
    while (tag == Packet.MARKER || tag == Packet.PADDING) {
      packets.skip();
      tag = packets.next();
    }
    switch (tag) {
      case Packet.LITERAL_DATA -> {}
      case Packet.COMPRESSED_DATA ->
          throw new MalformedPacketException(
              "is compressed inside OpenPGP, which is not supported; gpg makes messages that are not"
                  + " with --compress-algo none");
      case Packet.ONE_PASS_SIGNATURE, Packet.SIGNATURE ->
          throw new MalformedPacketException("is signed inside OpenPGP, which is not supported");
      default -> throw new MalformedPacketException("holds no data, but a packet of type " + tag);
    }
    packets.nextPart();
    int start = packets.partOffset();
    int end = start + packets.partLength();
    while (packets.nextPart()) {
      System.arraycopy(bytes, packets.partOffset(), bytes, end, packets.partLength());
      end += packets.partLength();
    }
    int fields = Packet.LITERAL_FIELDS;
    if (end - start >= fields) {
      fields += bytes[start + 1] & 0xFF;
    }
    if (end - start < fields || packets.hasNext()) {
      throw new MalformedPacketException("holds something else than one piece of data");
    }
    return ByteBuffer.wrap(bytes, start + fields, end - start - fields).slice();
  }

  /** Decrypts a range of an array that fills up step by step, and hashes what comes out. */
  private static final class InPlace {
    /** Small enough for the processor's cache: each byte is touched twice. */
    private static final int STEP = 32 * 1024;

    private final byte[] bytes;
    private final int start;
    private final int end;
    private final Cfb cfb;
    private final MessageDigest sha1 = Packet.newSha1();
    private int position;

    InPlace(byte[] bytes, int start, int end, SessionKey key) {
      this.bytes = bytes;
      this.start = start;
      this.end = end;
      this.position = start;
      this.cfb = Cfb.decrypting(key);
    }

    /** Decrypts up to {@code limit}, but whole blocks only before the end. */
    void advance(int limit) {
      int target = limit == end ? end : position + ((limit - position) & -Cfb.BLOCK);
      int unhashed = end - Packet.SHA1_BYTES;
      while (position < target) {
        int step = Math.min(STEP, target - position);
        cfb.apply(bytes, position, bytes, position, step);
        sha1.update(bytes, position, Math.max(0, Math.min(step, unhashed - position)));
        position += step;
      }
    }

    /** Compares the modification detection code; wipes what was decrypted if it differs. */
    void check() throws MalformedPacketException {
      int code = end - Packet.DETECTION_CODE;
      byte[] stored = Arrays.copyOfRange(bytes, end - Packet.SHA1_BYTES, end);
      boolean intact =
          MessageDigest.isEqual(sha1.digest(), stored)
              && bytes[code] == Packet.DETECTION_CODE_TAG
              && bytes[code + 1] == Packet.SHA1_BYTES;
      if (!intact) {
        Arrays.fill(bytes, start, end, (byte) 0);
        throw new MalformedPacketException(DAMAGED);
      }
    }
  }
}
