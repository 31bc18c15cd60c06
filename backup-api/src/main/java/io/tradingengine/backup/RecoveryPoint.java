package io.tradingengine.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One moment in all sources. Where nothing was written while it was sampled it is exact; else a
 * restore takes what may have come later from the store that is the record (PostgreSQL), and what
 * is derived from it (Redis) as it was when sampling began. Immutable.
 *
 * @param at when sampling began, by the clock of the archiving host
 * @param name what {@link BackupManager#markRecoveryPoint} called it
 * @param skew how long sampling took: no two sources lie further apart
 * @param sources where each archived source stood, by its name
 */
public record RecoveryPoint(
    Instant at, Optional<String> name, Duration skew, Map<String, Sample> sources) {

  public RecoveryPoint {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(skew, "skew");
    sources = Collections.unmodifiableMap(new TreeMap<>(sources));
  }

  /** Whether no source moved while the point was sampled. */
  public boolean exact() {
    return sources.values().stream().allMatch(sample -> sample.first() == sample.last());
  }

  /**
   * Where one source stood.
   *
   * @param stream the stream: a cluster and its timeline, a replication id, a series of versions
   * @param first the position when sampling began, which a restore goes to
   * @param last the position when it ended
   */
  public record Sample(String stream, long first, long last) {
    public Sample {
      Objects.requireNonNull(stream, "stream");
    }
  }
}
