package io.tradingengine.backup.core.postgres.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * An error, a warning or a notice of the server.
 *
 * @param severity {@code ERROR}, {@code WARNING} and so on, in English
 * @param sqlState the code of five characters
 * @param message what it says
 * @param detail more of it; may be empty
 * @param hint what it suggests; may be empty
 */
public record ServerNotice(
    String severity, String sqlState, String message, String detail, String hint) {

  /** Reads the fields of an ErrorResponse or a NoticeResponse. */
  static ServerNotice parse(ByteBuffer body) {
    String severity = "";
    String sqlState = "";
    String message = "";
    String detail = "";
    String hint = "";
    while (body.hasRemaining()) {
      byte field = body.get();
      if (field == 0) {
        break;
      }
      String value = cString(body);
      switch (field) {
        case 'V' -> severity = value;
        case 'C' -> sqlState = value;
        case 'M' -> message = value;
        case 'D' -> detail = value;
        case 'H' -> hint = value;
        default -> {}
      }
    }
    return new ServerNotice(severity, sqlState, message, detail, hint);
  }

  /** Takes a text that ends with a zero byte. */
  static String cString(ByteBuffer from) {
    int start = from.position();
    int end = start;
    while (end < from.limit() && from.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - start];
    from.get(bytes);
    if (from.hasRemaining()) {
      from.get();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** One line: message, detail, hint and code. */
  @Override
  public String toString() {
    return message
        + (detail.isEmpty() ? "" : " (" + detail + ")")
        + (hint.isEmpty() ? "" : " HINT: " + hint)
        + " [SQLSTATE "
        + sqlState
        + "]";
  }
}
