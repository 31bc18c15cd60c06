package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ObjectInfo;
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

/** Which recovery points have to stay: those since the window's base. Immutable. */
final class PointsNeed {
  private static final Pattern SLICE =
      Pattern.compile(
          RepositoryLayout.POINTS
              + "[0-9]{8}/[0-9]{8}-[0-9]{6}(?:[0-9]{3})?-([0-9]{8}-[0-9]{6})(?:[0-9]{3})?"
              + "\\.jsonl(?:\\..*)?");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private final Instant floor;

  PointsNeed(Window window) {
    floor = window.floor();
  }

  /** Where points lie that nobody needs; empty for all else. */
  Optional<String> unneeded(ObjectInfo object) {
    Matcher name = SLICE.matcher(object.key().value());
    if (!name.matches()) {
      return Optional.empty();
    }
    try {
      Instant end = LocalDateTime.parse(name.group(1), TIME).toInstant(ZoneOffset.UTC);
      // The name may leave out the last part of the second.
      return end.plusSeconds(1).isBefore(floor)
          ? Optional.of(RepositoryLayout.POINTS)
          : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty(); // No such day: only its writer knows what it means.
    }
  }
}
