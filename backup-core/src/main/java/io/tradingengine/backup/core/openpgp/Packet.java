package io.tradingengine.backup.core.openpgp;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Numbers and small parts of OpenPGP packets (RFC 4880, 4 and 5). */
final class Packet {
  static final int KEY_ENCRYPTED_SESSION_KEY = 1;
  static final int SIGNATURE = 2;
  static final int PASSPHRASE_ENCRYPTED_SESSION_KEY = 3;
  static final int ONE_PASS_SIGNATURE = 4;
  static final int COMPRESSED_DATA = 8;
  static final int UNPROTECTED_DATA = 9;
  static final int MARKER = 10;
  static final int LITERAL_DATA = 11;
  static final int ENCRYPTED_DATA = 18;
  static final int GNUPG_AEAD_DATA = 20;
  static final int PADDING = 21;

  /** Random bytes and a repetition of the last two, before everything else that is encrypted. */
  static final int PREFIX = Cfb.BLOCK + 2;

  /** In literal data: format, length of an empty file name, date. */
  static final int LITERAL_FIELDS = 6;

  static final int SHA1_BYTES = 20;

  /** The modification detection code packet: two bytes, always the same, and a SHA-1. */
  static final int DETECTION_CODE = 2 + SHA1_BYTES;

  static final byte DETECTION_CODE_TAG = (byte) 0xD3;

  private Packet() {}

  static MessageDigest newSha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  /** A definite length in the new packet format. */
  static byte[] length(int length) {
    if (length < 192) {
      return new byte[] {(byte) length};
    }
    if (length < 8384) {
      int rest = length - 192;
      return new byte[] {(byte) (192 + (rest >> 8)), (byte) rest};
    }
    return new byte[] {
      (byte) 255, (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length
    };
  }
}
