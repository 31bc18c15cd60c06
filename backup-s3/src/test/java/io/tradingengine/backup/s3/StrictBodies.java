package io.tradingengine.backup.s3;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Takes the body of a request out of the chunks in which the SDK signs it. */
final class StrictBodies {
  private StrictBodies() {}

  /** The body; null if it is not what its headers say. */
  static byte[] read(HttpExchange exchange) throws IOException {
    byte[] raw = exchange.getRequestBody().readAllBytes();
    String digest = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
    if (digest == null || !digest.startsWith("STREAMING-")) {
      boolean told = digest != null && digest.length() == 64;
      return !told || digest.equals(StrictStore.hex("SHA-256", raw)) ? raw : null;
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(raw.length);
    int at = 0;
    while (true) {
      int end = at;
      while (raw[end] != '\r') {
        end++;
      }
      String line = new String(raw, at, end - at, StandardCharsets.US_ASCII);
      int size = Integer.parseInt(line.replaceFirst(";.*", ""), 16);
      if (size == 0) {
        return body.toByteArray();
      }
      body.write(raw, end + 2, size);
      at = end + 2 + size + 2;
    }
  }
}
