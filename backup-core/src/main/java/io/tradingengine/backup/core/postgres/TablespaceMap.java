package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The file {@code tablespace_map}, from which a server that starts after a restore makes its links
 * in {@code pg_tblspc}: one line {@code <oid> <path>} a tablespace, line ends and backslashes in a
 * path escaped by a backslash.
 */
final class TablespaceMap {
  static final String NAME = "tablespace_map";

  private TablespaceMap() {}

  /**
   * Reads the file: places by oid.
   *
   * @throws IllegalArgumentException if it is not what a server writes
   */
  static Map<String, String> parse(byte[] bytes) {
    Map<String, String> places = new TreeMap<>();
    StringBuilder line = new StringBuilder();
    boolean escaped = false;
    String text = new String(bytes, UTF_8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (escaped) {
        line.append(c);
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == '\n' || c == '\r') {
        addLine(line.toString(), places);
        line.setLength(0);
      } else {
        line.append(c);
      }
    }
    addLine(line.toString(), places);
    return places;
  }

  /** Writes the file. */
  static byte[] render(Map<String, Path> places) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(places)
        .forEach(
            (oid, path) ->
                text.append(oid)
                    .append(' ')
                    .append(path.toString().replaceAll("[\\n\\r\\\\]", "\\\\$0"))
                    .append('\n'));
    return text.toString().getBytes(UTF_8);
  }

  private static void addLine(String line, Map<String, String> places) {
    if (line.isEmpty()) {
      return;
    }
    int space = line.indexOf(' ');
    if (space < 1 || places.put(line.substring(0, space), line.substring(space + 1)) != null) {
      throw new IllegalArgumentException("not a line of " + NAME + ": '" + line + "'");
    }
  }
}
