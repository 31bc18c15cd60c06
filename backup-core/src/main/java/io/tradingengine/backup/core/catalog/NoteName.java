package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.spi.ObjectKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a note, which says all that a program needs to know of it. Immutable.
 *
 * @param kind what it says
 * @param backup about which backup
 * @param instant when a proof was given or a hold ends, to the second; {@link Instant#EPOCH} for
 *     the kinds that have none
 */
record NoteName(Kind kind, BackupId backup, Instant instant) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT)
          .withZone(ZoneOffset.UTC);
  private static final Pattern FORM = Pattern.compile("([a-z]+)/([^/]+)(?:/([^/]+))?");
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]+\\.([0-9]{8}-[0-9]{6})");

  /** What a note says. */
  enum Kind {
    PINS,
    PROVEN,
    HOLDS,
    EXPIRED;

    /** All notes of this kind start with this. */
    String prefix() {
      return RepositoryLayout.NOTES + name().toLowerCase(Locale.ROOT) + "/";
    }

    /** The note of this kind about a backup, or the folder of several. */
    ObjectKey of(BackupId backup) {
      return new ObjectKey(prefix() + backup);
    }
  }

  /** How names print an instant. */
  static String time(Instant instant) {
    return TIME.format(instant);
  }

  /** The name that a key stands for; empty if it is none that this version knows. */
  static Optional<NoteName> of(ObjectKey key) {
    if (!key.value().startsWith(RepositoryLayout.NOTES)) {
      return Optional.empty();
    }
    Matcher matcher = FORM.matcher(key.value().substring(RepositoryLayout.NOTES.length()));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    for (Kind kind : Kind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(matcher.group(1))) {
        String rest = Optional.ofNullable(matcher.group(3)).orElse("");
        return RepositoryLayout.backupNamed(matcher.group(2))
            .flatMap(backup -> of(kind, backup, rest));
      }
    }
    return Optional.empty();
  }

  private static Optional<NoteName> of(Kind kind, BackupId backup, String rest) {
    return switch (kind) {
      case PINS, EXPIRED ->
          rest.isEmpty()
              ? Optional.of(new NoteName(kind, backup, Instant.EPOCH))
              : Optional.empty();
      case PROVEN -> instant(rest).map(at -> new NoteName(kind, backup, at));
      case HOLDS -> {
        Matcher matcher = TOKEN.matcher(rest);
        yield matcher.matches()
            ? instant(matcher.group(1)).map(until -> new NoteName(kind, backup, until))
            : Optional.empty();
      }
    };
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(TIME.parse(text, Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty(); // Whoever gave it that name did not mean us.
    }
  }
}
