package io.tradingengine.backup.core.openpgp;

/** Bytes that are no sequence of OpenPGP packets. The message completes "the object …". */
final class MalformedPacketException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedPacketException(String message) {
    super(message);
  }
}
