package io.tradingengine.backup.core.point;

import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ObjectKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an object of recovery points is called, {@code
 * points/20240115/20240115-143000123-20240115-143005122.jsonl.zst.gpg}: a program without the key
 * can tell which time is covered. Objects that hold a named point have {@code .named} after {@code
 * .jsonl}. Immutable.
 *
 * @param key the object
 * @param from when its first point was taken, to the millisecond
 * @param to when its last one was
 * @param named whether one of them has a name
 */
public record PointName(ObjectKey key, Instant from, Instant to, boolean named) {
  private static final String TIME = "([0-9]{8}-[0-9]{9})";
  private static final Pattern FORM =
      Pattern.compile(
          RepositoryLayout.POINTS
              + "([0-9]{8})/"
              + TIME
              + "-"
              + TIME
              + "\\.jsonl(\\.named)?(?:\\.(?:zst|gz))?(?:\\.gpg)?");
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuuMMdd-HHmmss")
          .appendValue(ChronoField.MILLI_OF_SECOND, 3)
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT).withZone(ZoneOffset.UTC);

  /**
   * The name for points from one instant to another.
   *
   * @param suffix what the codec and the encryptor add; may be empty
   */
  public static PointName of(Instant from, Instant to, boolean named, String suffix) {
    String key =
        day(from)
            + MILLIS.format(from)
            + "-"
            + MILLIS.format(to)
            + ".jsonl"
            + (named ? ".named" : "")
            + suffix;
    return new PointName(new ObjectKey(key), from, to, named);
  }

  /** The folder of an instant's day, with its slash. */
  static String day(Instant instant) {
    return RepositoryLayout.POINTS + DAY.format(instant) + "/";
  }

  /** What a key says; empty if it is no such name. */
  public static Optional<PointName> parse(ObjectKey key) {
    Matcher name = FORM.matcher(key.value());
    if (!name.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new PointName(key, time(name.group(2)), time(name.group(3)), name.group(4) != null));
    } catch (DateTimeException e) {
      return Optional.empty(); // No such day: only its writer knows what it means.
    }
  }

  private static Instant time(String text) {
    return LocalDateTime.parse(text, MILLIS).toInstant(ZoneOffset.UTC);
  }
}
