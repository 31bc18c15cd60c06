package io.tradingengine.backup;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The name of a backup, such as {@code full-20240115-020000}: its kind and the instant at which it
 * was begun, in UTC. Immutable; ordered by instant.
 *
 * @param kind what the backup holds
 * @param instant when it was begun, to the second
 */
public record BackupId(BackupKind kind, Instant instant) implements Comparable<BackupId> {
  private static final Pattern FORM = Pattern.compile("([a-z]+)-([0-9]{8}-[0-9]{6})");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT)
          .withZone(ZoneOffset.UTC);
  private static final Comparator<BackupId> ORDER =
      Comparator.comparing(BackupId::instant).thenComparing(BackupId::kind);

  public BackupId {
    Objects.requireNonNull(kind, "kind");
    if (!instant.equals(instant.truncatedTo(ChronoUnit.SECONDS))) {
      throw new IllegalArgumentException("a backup's instant has whole seconds: " + instant);
    }
  }

  /**
   * Parses what {@link #toString()} prints.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static BackupId parse(String text) {
    var matcher = FORM.matcher(text);
    try {
      if (matcher.matches()) {
        return new BackupId(
            BackupKind.parse(matcher.group(1)), TIME.parse(matcher.group(2), Instant::from));
      }
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new IllegalArgumentException(notAnId(text), e);
    }
    throw new IllegalArgumentException(notAnId(text));
  }

  private static String notAnId(String text) {
    return "not a backup id: '" + text + "' (expected something like full-20240115-020000)";
  }

  @Override
  public int compareTo(BackupId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return kind.label() + "-" + TIME.format(instant);
  }
}
