package io.tradingengine.backup.core.openpgp;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Objects;

/**
 * Writes one OpenPGP message: the encrypted session keys it was given, then a Symmetrically
 * Encrypted Integrity Protected Data packet (version 1) around one literal data packet and the
 * modification detection code. Lengths are not known in advance, so both packets come in partial
 * lengths of 2¹⁶ bytes. Not safe for concurrent use.
 *
 * <p>Three layers in one class, because each byte passes all of them while it is in the processor's
 * cache: literal data (whose length headers are part of the plain text) → SHA-1 and CFB → packet
 * body (whose length headers are not).
 */
final class MessageOutputStream extends OutputStream {
  /** Bytes of a part, and how its length is written: 224 plus the exponent. */
  private static final int PART = 1 << 16;

  private static final byte PART_HEADER = (byte) (224 + 16);

  private static final byte ENCRYPTED_DATA_TAG = (byte) (0xC0 | Packet.ENCRYPTED_DATA);
  private static final byte LITERAL_DATA_TAG = (byte) (0xC0 | Packet.LITERAL_DATA);
  private static final int LONGEST_HEADER = 5;
  private static final byte VERSION = 1;

  private final OutputStream out;
  private final Cfb cfb;
  private final MessageDigest sha1 = Packet.newSha1();

  /**
   * Plain text that is not encrypted yet: what remains of the last part, a length header, literal
   * data, and room for a longer header and the modification detection code.
   */
  private final byte[] plain =
      new byte[Packet.PREFIX + Cfb.BLOCK + LONGEST_HEADER + PART + Packet.DETECTION_CODE];

  /** Where the length header of the current part of literal data stands. */
  private int header;

  /** Where the next byte of literal data goes. */
  private int position;

  /** The current part of the packet body, after room for its length header. */
  private final byte[] body = new byte[LONGEST_HEADER + PART];

  private int filled;
  private boolean ended;

  /**
   * Begins a message.
   *
   * @param keys the packets that hold the session key, encrypted to each recipient
   */
  MessageOutputStream(OutputStream out, byte[] keys, SessionKey key, SecureRandom random)
      throws IOException {
    this.out = out;
    this.cfb = Cfb.encrypting(key);
    out.write(keys);
    out.write(ENCRYPTED_DATA_TAG);
    body[LONGEST_HEADER] = VERSION;
    filled = 1;

    byte[] unpredictable = new byte[Cfb.BLOCK];
    random.nextBytes(unpredictable);
    System.arraycopy(unpredictable, 0, plain, 0, Cfb.BLOCK);
    plain[Cfb.BLOCK] = unpredictable[Cfb.BLOCK - 2];
    plain[Cfb.BLOCK + 1] = unpredictable[Cfb.BLOCK - 1];
    plain[Packet.PREFIX] = LITERAL_DATA_TAG;
    header = Packet.PREFIX + 1;
    // Binary, no file name, no date.
    plain[header + 1] = 'b';
    position = header + 1 + Packet.LITERAL_FIELDS;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (ended) {
      throw new IOException("the message has ended");
    }
    int done = 0;
    while (done < length) {
      // A part is closed when more is known to follow: the last one has a length of its own.
      if (position - header - 1 == PART) {
        endPart();
      }
      int step = Math.min(length - done, PART - (position - header - 1));
      System.arraycopy(bytes, offset + done, plain, position, step);
      position += step;
      done += step;
    }
  }

  private void endPart() throws IOException {
    plain[header] = PART_HEADER;
    int whole = position & -Cfb.BLOCK;
    sha1.update(plain, 0, whole);
    encrypt(whole);
    int rest = position - whole;
    System.arraycopy(plain, whole, plain, 0, rest);
    header = rest;
    position = rest + 1;
  }

  /** Encrypts the first {@code length} bytes of plain text into the packet body. */
  private void encrypt(int length) throws IOException {
    int done = 0;
    while (length - done > PART - filled) {
      // CFB goes by whole blocks, parts of the body do not: the block across the border is copied.
      int whole = (PART - filled) & -Cfb.BLOCK;
      cfb.apply(plain, done, body, LONGEST_HEADER + filled, whole);
      filled += whole;
      done += whole;
      int across = Math.min(Cfb.BLOCK, length - done);
      cfb.apply(plain, done, plain, done, across);
      append(done, across);
      done += across;
    }
    cfb.apply(plain, done, body, LONGEST_HEADER + filled, length - done);
    filled += length - done;
  }

  private void append(int from, int length) throws IOException {
    int first = Math.min(length, PART - filled);
    System.arraycopy(plain, from, body, LONGEST_HEADER + filled, first);
    filled += first;
    if (first < length) {
      body[LONGEST_HEADER - 1] = PART_HEADER;
      emit(LONGEST_HEADER - 1);
      filled = length - first;
      System.arraycopy(plain, from + first, body, LONGEST_HEADER, filled);
    }
  }

  private void emit(int from) throws IOException {
    try {
      out.write(body, from, LONGEST_HEADER + filled - from);
    } catch (IOException | RuntimeException e) {
      // What was promised is not there: this message can no longer be completed.
      ended = true;
      throw e;
    }
  }

  /** Ends the message; leaves the stream below open. */
  @Override
  public void close() throws IOException {
    if (ended) {
      return;
    }
    ended = true;
    int content = position - header - 1;
    byte[] length = Packet.length(content);
    System.arraycopy(plain, header + 1, plain, header + length.length, content);
    System.arraycopy(length, 0, plain, header, length.length);
    int end = header + length.length + content;
    plain[end++] = Packet.DETECTION_CODE_TAG;
    plain[end++] = Packet.SHA1_BYTES;
    sha1.update(plain, 0, end);
    System.arraycopy(sha1.digest(), 0, plain, end, Packet.SHA1_BYTES);
    encrypt(end + Packet.SHA1_BYTES);

    byte[] last = Packet.length(filled);
    int from = LONGEST_HEADER - last.length;
    System.arraycopy(last, 0, body, from, last.length);
    emit(from);
  }
}
