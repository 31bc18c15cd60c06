package io.tradingengine.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How continuous archiving stands. Immutable.
 *
 * @param at when this was so
 * @param sources each source that is followed, in the order configured
 * @param destinations each destination, in the order configured
 * @param spoolBytes what the spool holds for destinations
 * @param lastPoint the newest recovery point that every required destination has; empty if there
 *     was none since archiving was started
 * @param fullBackupDue why a new full backup is needed, if it is
 * @param findings warnings, and errors: alarms that somebody has to see to
 */
public record ArchivingStatus(
    Instant at,
    List<SourceStatus> sources,
    List<DestinationStatus> destinations,
    long spoolBytes,
    Optional<RecoveryPoint> lastPoint,
    Optional<String> fullBackupDue,
    List<Finding> findings) {

  public ArchivingStatus {
    sources = List.copyOf(sources);
    destinations = List.copyOf(destinations);
    findings = List.copyOf(findings);
  }

  /**
   * What would be lost now if all but the required destinations were: time since the last point.
   */
  public Optional<Duration> exposure() {
    return lastPoint.map(point -> Duration.between(point.at(), at));
  }

  /** Whether a source is being followed. */
  public enum Activity {
    /** It is connected, or about to be. */
    CONNECTING,
    /** Its changes come in. */
    FOLLOWING,
    /** The connection failed; it is tried again. */
    WAITING,
    /** It must not be followed, or has stopped; somebody has to act. */
    STOPPED
  }

  /**
   * A source that is followed.
   *
   * @param name its name
   * @param activity whether it is being followed
   * @param received what has come in, as text: an LSN with its timeline, an offset with its
   *     replication id; empty if nothing yet
   * @param durable what is durable in the spool
   * @param shipped what the spool keeps for the destinations or they have already
   * @param behind bytes that the store has and that are not durable here, as of the last sample
   */
  public record SourceStatus(
      String name,
      Activity activity,
      String received,
      String durable,
      String shipped,
      OptionalLong behind) {}

  /**
   * A destination.
   *
   * @param name its name
   * @param waiting objects that it does not have yet
   * @param waitingBytes their size
   * @param lag the age of the oldest of them; zero if it has everything
   * @param failure why the last attempt failed; empty if it did not
   */
  public record DestinationStatus(
      String name, int waiting, long waitingBytes, Duration lag, Optional<String> failure) {}
}
