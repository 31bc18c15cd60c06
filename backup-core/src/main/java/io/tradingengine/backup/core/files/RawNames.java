package io.tradingengine.backup.core.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Converts between paths, raw names (one character a byte) and text for people.
 *
 * <p>{@link Path#toString} loses what the JVM's locale cannot decode, but the path itself keeps the
 * bytes, and its URI shows them.
 */
final class RawNames {
  private static final Path ROOT = Path.of("/");
  private static final int MAX_NAME = 255;

  private RawNames() {}

  /** The bytes of a path, relative or absolute. */
  static String of(Path path) {
    String text = path.toString();
    if (isAscii(text)) {
      return text;
    }
    String absolute = unescape(ROOT.resolve(path).toUri().getRawPath());
    String bytes = path.isAbsolute() ? absolute : absolute.substring(1);
    // The URI of what happens to be a directory ends in a slash.
    return bytes.endsWith("/") ? bytes.substring(0, bytes.length() - 1) : bytes;
  }

  /** The path that has these bytes. */
  static Path toPath(String raw) {
    if (isAscii(raw)) {
      return Path.of(raw);
    }
    boolean absolute = raw.startsWith("/");
    Path path = Path.of(URI.create("file://" + (absolute ? "" : "/") + escape(raw)));
    return absolute ? path : path.subpath(0, path.getNameCount());
  }

  /** The raw name that {@code text} has on disk. */
  static String fromText(String text) {
    return new String(text.getBytes(UTF_8), ISO_8859_1);
  }

  /** Whether the bytes are UTF-8. */
  static boolean isText(String raw) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(raw.getBytes(ISO_8859_1)));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** The bytes as the UTF-8 that they are; what is not UTF-8 in them is replaced. */
  static String toText(String raw) {
    return new String(raw.getBytes(ISO_8859_1), UTF_8);
  }

  /**
   * A path beside {@code path}, whose name is put between a prefix and a suffix, and cut where the
   * whole would be longer than names can be.
   */
  static Path beside(Path path, String prefix, String suffix) {
    String name = of(path.getName(path.getNameCount() - 1));
    int room = MAX_NAME - prefix.length() - suffix.length();
    String cut = name.substring(0, Math.min(name.length(), room));
    return path.resolveSibling(toPath(prefix + cut + suffix));
  }

  /** For people: UTF-8 where it is that; other bytes and control characters as {@code \xHH}. */
  static String show(String raw) {
    boolean latin = !isText(raw);
    String text = latin ? raw : toText(raw);
    StringBuilder shown = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c == 0x7f || (latin && c > 0x7f)) {
        shown.append(String.format(Locale.ROOT, "\\x%02X", (int) c));
      } else {
        shown.append(c);
      }
    }
    return shown.toString();
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  private static String escape(String raw) {
    StringBuilder escaped = new StringBuilder(raw.length() + 16);
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '/' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
        escaped.append(c);
      } else {
        escaped.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return escaped.toString();
  }

  private static String unescape(String escaped) {
    StringBuilder raw = new StringBuilder(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '%') {
        raw.append((char) Integer.parseInt(escaped, i + 1, i + 3, 16));
        i += 2;
      } else {
        raw.append(c);
      }
    }
    return raw.toString();
  }
}
