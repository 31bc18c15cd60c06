package io.tradingengine.backup.core.files;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Gives versions their numbers and instants: later ones are always later, whatever the clock does,
 * and none is given twice. Not safe for concurrent use.
 */
final class Numbering {
  private final Clock clock;
  private Instant last;
  private String series = "";
  private long number = -1;

  /**
   * @param there all versions that there are
   */
  Numbering(Clock clock, VersionList there) {
    this.clock = clock;
    this.last = there.newest().map(Version::instant).orElse(Instant.EPOCH);
  }

  /**
   * Goes on with a series.
   *
   * @param highest the highest number that was given in it
   */
  void resume(String name, long highest) {
    series = name;
    number = highest;
  }

  /** The next version of the series, as of now. */
  Version next() {
    number++;
    return new Version(series, number, now());
  }

  /** Version 0 of a new series, as of now. */
  Version first() {
    Instant now = now();
    series = Version.seriesAt(now, new SecureRandom().nextInt());
    number = 0;
    return new Version(series, 0, now);
  }

  private Instant now() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    last = now.isAfter(last) ? now : last.plusMillis(1);
    return last;
  }
}
