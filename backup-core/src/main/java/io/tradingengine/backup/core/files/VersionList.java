package io.tradingengine.backup.core.files;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The versions of a source that there are. Immutable.
 *
 * @param versions from the oldest to the newest
 */
record VersionList(List<Version> versions) {
  /** How many numbers a message names at most. */
  private static final int NAMED = 20;

  private static final Comparator<Version> BY_AGE =
      Comparator.comparing(Version::instant)
          .thenComparing(Version::series)
          .thenComparing(Version::number);

  VersionList {
    versions = List.copyOf(versions);
  }

  /** Those that names of pieces tell of. */
  static VersionList of(Collection<String> names, String extension) {
    List<Version> versions = new ArrayList<>();
    for (String name : names) {
      Version.parse(name, extension).ifPresent(versions::add);
    }
    versions.sort(BY_AGE);
    return new VersionList(versions);
  }

  Optional<Version> newest() {
    return versions.isEmpty() ? Optional.empty() : Optional.of(versions.get(versions.size() - 1));
  }

  /** A version by its number. */
  Optional<Version> find(String series, long number) {
    return versions.stream()
        .filter(each -> each.number() == number && each.series().equals(series))
        .findFirst();
  }

  /** The highest number of a series; -1 if there is nothing of it. */
  long highest(String series) {
    return versions.stream()
        .filter(each -> each.series().equals(series))
        .mapToLong(Version::number)
        .max()
        .orElse(-1);
  }

  /** What there is of a series, in words. */
  String describe(String series) {
    List<Long> numbers =
        versions.stream()
            .filter(each -> each.series().equals(series))
            .map(Version::number)
            .sorted()
            .toList();
    if (numbers.isEmpty()) {
      return "nothing is there of that series";
    }
    int skipped = Math.max(0, numbers.size() - NAMED);
    return "of that series there are the versions "
        + (skipped == 0 ? "" : numbers.get(0) + " … ")
        + numbers.stream()
            .skip(skipped)
            .map(number -> Long.toString(number))
            .collect(Collectors.joining(", "));
  }
}
