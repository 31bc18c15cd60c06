package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of rsync's listing. Rsync escapes every character of a name that does not print, so that a
 * line is always one name; a name that needed it is no key's. Times travel as seconds since 1970
 * and are printed here, in UTC.
 *
 * @param kind {@code -} for a file, {@code d} for a folder, else something else
 * @param length in bytes
 * @param modified by the clock there, in whole seconds
 * @param name below the target folder
 */
record RsyncEntry(char kind, long length, Instant modified, String name) {
  private static final Pattern LINE =
      Pattern.compile(
          "([-a-zA-Z])\\S{9,11} +([0-9]{1,19}) +([0-9]{4}/[0-9]{2}/[0-9]{2}"
              + " [0-9]{2}:[0-9]{2}:[0-9]{2}) (.+)");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm:ss", Locale.ROOT);

  /** The entries of a listing; lines of another form are none. */
  static List<RsyncEntry> parse(List<String> lines) {
    return lines.stream().map(RsyncEntry::parse).flatMap(Optional::stream).toList();
  }

  private static Optional<RsyncEntry> parse(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      Instant modified = LocalDateTime.parse(matcher.group(3), TIME).toInstant(ZoneOffset.UTC);
      return Optional.of(
          new RsyncEntry(
              matcher.group(1).charAt(0),
              Long.parseLong(matcher.group(2)),
              modified,
              matcher.group(4)));
    } catch (DateTimeException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  boolean isFile() {
    return kind == '-';
  }

  boolean isFolder() {
    return kind == 'd';
  }

  /** The object that this is, if it is one. */
  Optional<ObjectInfo> object() {
    if (!isFile()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new ObjectInfo(new ObjectKey(name), length, modified));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
