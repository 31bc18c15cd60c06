package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ObjectInfo;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which versions of files and state have to stay: each that was current at some instant of the
 * window, and version 0 of each series to which one of those is the difference. Immutable.
 *
 * <p>Which one was current is told by the instants in the names: they only grow, whatever clocks
 * do. While a version is being stored, recovery points still name the one before it; so two stay
 * from before the window begins.
 */
final class VersionsNeed {
  private static final int FROM_BEFORE = 2;
  private static final Pattern PIECE =
      Pattern.compile(
          RepositoryLayout.CHANGES
              + "([^/]+)/(v[0-9]{17}-[0-9a-f]{8})/(0|[1-9][0-9]{0,17})-([0-9]{17})"
              + "\\.(?:tree|state)(?:\\..*)?");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmssSSS", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private final Map<String, Needed> bySource = new HashMap<>();

  /** A version of a source; the parts of its piece are one. */
  private record Version(String source, String series, long number, Instant instant) {
    private static final Comparator<Version> BY_AGE =
        Comparator.comparing(Version::instant)
            .thenComparing(Version::series)
            .thenComparing(Version::number);

    /** What a key names; empty for all else. */
    static Optional<Version> of(ObjectInfo object) {
      Matcher name = PIECE.matcher(object.key().value());
      if (!name.matches()) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            new Version(
                name.group(1),
                name.group(2),
                Long.parseLong(name.group(3)),
                LocalDateTime.parse(name.group(4), TIME).toInstant(ZoneOffset.UTC)));
      } catch (DateTimeException e) {
        return Optional.empty(); // No such day: only its writer knows what it means.
      }
    }
  }

  /** What is needed of one source. */
  private static final class Needed {
    private final TreeSet<Version> before = new TreeSet<>(Version.BY_AGE);
    private final Set<String> series = new HashSet<>();

    private void add(Version version, Instant floor) {
      if (version.instant().isBefore(floor)) {
        before.add(version);
        if (before.size() > FROM_BEFORE) {
          before.pollFirst();
        }
      } else {
        series.add(version.series());
      }
    }

    private boolean contains(Version version, Instant floor) {
      return !version.instant().isBefore(floor)
          || before.contains(version)
          || (version.number() == 0
              && (series.contains(version.series())
                  || before.stream().anyMatch(each -> each.series().equals(version.series()))));
    }
  }

  private final Instant floor;

  VersionsNeed(Window window, List<ObjectInfo> objects) {
    floor = window.floor();
    for (ObjectInfo object : objects) {
      Version.of(object)
          .ifPresent(
              version ->
                  bySource
                      .computeIfAbsent(version.source(), source -> new Needed())
                      .add(version, floor));
    }
  }

  /** The folder of a version that nobody needs; empty for all else. */
  Optional<String> unneeded(ObjectInfo object) {
    return Version.of(object)
        .filter(version -> !needed(version))
        .map(version -> RepositoryLayout.CHANGES + version.source() + "/" + version.series() + "/");
  }

  private boolean needed(Version version) {
    Needed needed = bySource.get(version.source());
    return needed == null || needed.contains(version, floor);
  }
}
