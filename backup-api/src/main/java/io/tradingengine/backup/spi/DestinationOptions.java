package io.tradingengine.backup.spi;

import io.tradingengine.backup.Retention;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What every destination understands, whatever its type. Immutable.
 *
 * @param name how it is called in outcomes and on the command line; empty for what it calls itself
 * @param need whether there is a backup without it
 * @param parallel how many objects are put at the same time
 * @param attempts how often an operation is tried in all, from 1
 * @param bandwidth bytes a second at the most in either direction; empty for no bound
 * @param catchUp how long a run goes on copying to it after all required ones have the backup
 * @param retention what it keeps; empty for what the configuration says for all
 */
public record DestinationOptions(
    Optional<String> name,
    Need need,
    int parallel,
    int attempts,
    OptionalLong bandwidth,
    Duration catchUp,
    Optional<Retention> retention) {

  /** Whether there is a backup without a destination. */
  public enum Need {
    /** A backup that it does not take has failed, even if others took it. */
    REQUIRED,
    /** A backup that it does not take is degraded, and {@code replicate} brings it there later. */
    BEST_EFFORT
  }

  /** The key of its name. */
  public static final SettingsKey<String> NAME =
      SettingsKey.text("name")
          .doc("How outcomes and commands call it; by default its type and place");

  private static final SettingsKey<Need> NEED =
      SettingsKey.choice("need", Need.class)
          .orElse(Need.REQUIRED)
          .doc("Whether a backup that it does not take has failed, or is degraded");
  private static final SettingsKey<Integer> PARALLEL =
      SettingsKey.integer("parallel", 1, 32)
          .orElse(2)
          .doc("How many objects are put at the same time");
  private static final SettingsKey<Integer> ATTEMPTS =
      SettingsKey.integer("attempts", 1, 100)
          .orElse(5)
          .doc("How often an operation is tried in all, with growing pauses");
  private static final SettingsKey<Long> BANDWIDTH =
      SettingsKey.size("bandwidth").doc("Bytes a second at the most, in either direction");
  private static final SettingsKey<Duration> CATCH_UP =
      SettingsKey.duration("catch-up")
          .orElse(Duration.ofMinutes(15))
          .doc(
              "How long a run goes on copying to a best-effort destination after the required ones"
                  + " have the backup");

  /** The key of a destination's own policy. */
  public static final SettingsKey<Retention> RETENTION =
      SettingsKey.section("retention", Retention.class, Retention::from)
          .doc("What it keeps, if that is not what the configuration says for all");

  /** The keys, which a provider must not declare with another meaning. */
  public static List<SettingsKey<?>> keys() {
    return List.of(NAME, NEED, PARALLEL, ATTEMPTS, BANDWIDTH, CATCH_UP, RETENTION);
  }

  /**
   * What these settings say.
   *
   * @throws io.tradingengine.backup.InvalidConfigException if a value is of the wrong form
   */
  public static DestinationOptions of(Settings settings) {
    return new DestinationOptions(
        settings.find(NAME),
        settings.get(NEED),
        settings.get(PARALLEL),
        settings.get(ATTEMPTS),
        settings.find(BANDWIDTH).stream().mapToLong(Long::longValue).findFirst(),
        settings.get(CATCH_UP),
        settings.find(RETENTION));
  }
}
