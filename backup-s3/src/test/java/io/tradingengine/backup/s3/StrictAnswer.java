package io.tradingengine.backup.s3;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** What the strict store answers. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StrictAnswer(int status, Map<String, String> headers, byte[] body) {

  static StrictAnswer ok(String xml) {
    return new StrictAnswer(200, Map.of(), xml.getBytes(StandardCharsets.UTF_8));
  }

  static StrictAnswer empty(int status) {
    return new StrictAnswer(status, Map.of(), new byte[0]);
  }

  static StrictAnswer error(int status, String code, String message) {
    return new StrictAnswer(
        status,
        Map.of("Content-Type", "application/xml"),
        ("<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>")
            .getBytes(StandardCharsets.UTF_8));
  }

  StrictAnswer with(String name, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(name, value);
    return new StrictAnswer(status, more, body);
  }
}
