package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file as the server's backup manifest has it. Immutable.
 *
 * @param path its path below the data directory; in a tablespace, below {@code pg_tblspc/<oid>}
 * @param size its size in bytes
 * @param algorithm how it is proved
 * @param checksum in lower-case hexadecimal digits; empty for {@link ManifestChecksum#NONE}
 * @param line the line of the manifest, without the comma that may follow it
 */
record ManifestFile(
    String path, long size, ManifestChecksum algorithm, String checksum, String line) {
  private static final Pattern FORM =
      Pattern.compile(
          "\\{ (?:\"Path\": \"((?:[^\"\\\\]|\\\\.)+)\"|\"Encoded-Path\": \"((?:[0-9a-f]{2})+)\"),"
              + " \"Size\": ([0-9]{1,18}), \"Last-Modified\": \"[0-9A-Z :-]+\""
              + "(?:, \"Checksum-Algorithm\": \"([0-9A-Z]+)\", \"Checksum\": \"([0-9a-f]+)\")? \\}");

  private static final Pattern MODIFIED =
      Pattern.compile("\"Last-Modified\": \"([0-9: -]{19}) GMT\"");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is not what a server writes
   */
  static ManifestFile parse(String line) {
    Matcher matcher = FORM.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(line);
    }
    String path = matcher.group(1);
    String encoded = matcher.group(2);
    String algorithm = matcher.group(4);
    String checksum = matcher.group(5);
    return new ManifestFile(
        path == null ? new String(HexFormat.of().parseHex(encoded), UTF_8) : unescape(path),
        Long.parseLong(matcher.group(3)),
        algorithm == null ? ManifestChecksum.NONE : ManifestChecksum.parse(algorithm),
        checksum == null ? "" : checksum,
        line);
  }

  /** The entry of a file with those bytes, as a server writes it. */
  static ManifestFile of(String path, byte[] bytes, String modified, ManifestChecksum algorithm) {
    return of(path, bytes.length, modified, algorithm, algorithm.of(bytes));
  }

  /** The entry of another file that was changed when this one was, and is proved as this one is. */
  ManifestFile as(String path, long size, int crc32c) {
    String proof = algorithm == ManifestChecksum.NONE ? "" : ManifestChecksum.hex(crc32c);
    return of(path, size, TIME.format(modified()) + " GMT", algorithm, proof);
  }

  private static ManifestFile of(
      String path, long size, String modified, ManifestChecksum algorithm, String checksum) {
    StringBuilder line = new StringBuilder("{ \"Path\": \"");
    escape(path, line);
    line.append("\", \"Size\": ").append(size);
    line.append(", \"Last-Modified\": \"").append(modified).append('"');
    if (algorithm != ManifestChecksum.NONE) {
      line.append(", \"Checksum-Algorithm\": \"").append(algorithm);
      line.append("\", \"Checksum\": \"").append(checksum).append('"');
    }
    line.append(" }");
    return new ManifestFile(path, size, algorithm, checksum, line.toString());
  }

  /**
   * When the file was changed last by the server's clock, in whole seconds.
   *
   * @throws IllegalArgumentException if the line has no such time
   */
  Instant modified() {
    Matcher matcher = MODIFIED.matcher(line);
    if (!matcher.find()) {
      throw new IllegalArgumentException(line);
    }
    try {
      return TIME.parse(matcher.group(1), Instant::from);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(line, e);
    }
  }

  private static void escape(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
  }

  private static String unescape(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char kind = text.charAt(++i);
      switch (kind) {
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        case '"', '\\', '/' -> out.append(kind);
        case 'u' -> {
          out.append((char) HexFormat.fromHexDigits(text, i + 1, i + 5));
          i += 4;
        }
        default -> throw new IllegalArgumentException("\\" + kind);
      }
    }
    return out.toString();
  }
}
