package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import java.time.Duration;
import java.util.Objects;

/**
 * A place to keep backups, as a typed builder such as {@link LocalDirectory} says it. What every
 * destination understands comes last: {@code LocalDirectory.at(path).named("nas").bestEffort()}.
 */
@FunctionalInterface
public interface DestinationSpec {

  /** The settings that the provider of their type understands. */
  Settings settings();

  /** Calls it so in outcomes and on the command line, instead of by its type and place. */
  default DestinationSpec named(String name) {
    return with("name", name);
  }

  /**
   * A backup that it does not take is degraded instead of failed; {@link BackupManager#replicate
   * replicate} brings it there later.
   */
  default DestinationSpec bestEffort() {
    return with("need", "best-effort");
  }

  /** How many objects are put at the same time, from 1 to 32; 2 by default. */
  default DestinationSpec parallel(int objects) {
    return with("parallel", objects);
  }

  /** How often an operation is tried in all, from 1 to 100; 5 by default. */
  default DestinationSpec attempts(int attempts) {
    return with("attempts", attempts);
  }

  /** Bytes a second at the most, in either direction. */
  default DestinationSpec bandwidth(long bytesPerSecond) {
    return with("bandwidth", bytesPerSecond);
  }

  /**
   * How long a run goes on copying to it, if it is best-effort, after all required ones have the
   * backup; 15 minutes by default.
   */
  default DestinationSpec catchUp(Duration duration) {
    return with("catch-up", duration);
  }

  /** What it keeps, if that is not what the configuration says for all. */
  default DestinationSpec retention(Retention retention) {
    return with("retention", retention);
  }

  private DestinationSpec with(String key, Object value) {
    Settings settings = settings().with(key, Objects.requireNonNull(value, key));
    return () -> settings;
  }
}
