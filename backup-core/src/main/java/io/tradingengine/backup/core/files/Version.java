package io.tradingengine.backup.core.files;

import io.tradingengine.backup.spi.StreamPosition;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of a source that sends no changes: {@code <series>/<number>-<instant>.<extension>} is
 * the name of its piece.
 *
 * @param series the series it belongs to, {@code v<instant>-<random>}; later ones sort later
 * @param number which one of the series, from 0
 * @param instant when it was the state of things, to the millisecond
 */
record Version(String series, long number, Instant instant) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmssSSS", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT)
          .withZone(ZoneOffset.UTC);
  private static final Pattern SERIES = Pattern.compile("v[0-9]{17}-[0-9a-f]{8}");
  private static final Pattern FILE = Pattern.compile("(0|[1-9][0-9]{0,17})-([0-9]{17})\\.(.*)");

  /** As long as any other, for what is written before the version is known. */
  static final Version PLACEHOLDER = new Version(seriesAt(Instant.EPOCH, 0), 0, Instant.EPOCH);

  /** The name of a new series that begins at an instant. */
  static String seriesAt(Instant instant, int random) {
    return "v" + TIME.format(instant) + "-" + String.format(Locale.ROOT, "%08x", random);
  }

  /** Reads the name of a piece; empty if it is none of a version with that extension. */
  static Optional<Version> parse(String piece, String extension) {
    int slash = piece.indexOf('/');
    if (slash < 0 || !SERIES.matcher(piece.substring(0, slash)).matches()) {
      return Optional.empty();
    }
    Matcher file = FILE.matcher(piece.substring(slash + 1));
    if (!file.matches() || !file.group(3).equals(extension)) {
      return Optional.empty();
    }
    try {
      Instant instant = TIME.parse(file.group(2), LocalDateTime::from).toInstant(ZoneOffset.UTC);
      return Optional.of(
          new Version(piece.substring(0, slash), Long.parseLong(file.group(1)), instant));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The name of its piece. */
  String piece(String extension) {
    return series + "/" + number + "-" + TIME.format(instant) + "." + extension;
  }

  StreamPosition position() {
    return new StreamPosition(series, number);
  }
}
