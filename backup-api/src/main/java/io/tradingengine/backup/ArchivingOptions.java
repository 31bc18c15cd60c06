package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How changes are archived between backups. Immutable; each method returns new options. */
public final class ArchivingOptions {
  private static final SettingsKey<Path> SPOOL =
      SettingsKey.path("spool")
          .required()
          .doc("A folder on a local disk that keeps what the destinations do not have yet");
  private static final SettingsKey<Long> SPOOL_LIMIT =
      SettingsKey.size("spool-limit")
          .orElse(10L << 30)
          .doc("How large it may grow; then the stores have to keep their changes themselves");
  private static final SettingsKey<Duration> SHIP_EVERY =
      SettingsKey.duration("ship-every")
          .orElse(Duration.ofSeconds(5))
          .doc("How often what has come in is sent to the destinations");
  private static final SettingsKey<Duration> POINT_EVERY =
      SettingsKey.duration("point-every")
          .orElse(Duration.ofSeconds(1))
          .doc("How often a recovery point is taken");
  private static final SettingsKey<Duration> STATE_EVERY =
      SettingsKey.duration("state-every")
          .orElse(Duration.ofSeconds(60))
          .doc("How often files are looked through and state callbacks called");
  private static final List<SettingsKey<?>> KEYS =
      List.of(SPOOL, SPOOL_LIMIT, SHIP_EVERY, POINT_EVERY, STATE_EVERY);
  private static final long SMALLEST_SPOOL = 128L << 20;

  private final Settings settings;

  private ArchivingOptions(Settings settings) {
    this.settings = settings;
  }

  /** Archiving with a spool in that folder, which belongs to one system and one process. */
  public static ArchivingOptions spool(Path folder) {
    return from(Settings.of("archiving")).with("spool", folder);
  }

  /**
   * Options as a configuration file has them.
   *
   * @throws InvalidConfigException if anything in it is wrong; lists all that is
   */
  public static ArchivingOptions from(Settings settings) {
    return new ArchivingOptions(settings);
  }

  private ArchivingOptions with(String key, Object value) {
    return new ArchivingOptions(settings.with(key, value));
  }

  /** How many bytes the spool may take up; 10 GiB by default. */
  public ArchivingOptions spoolLimit(long bytes) {
    return with("spool-limit", bytes + "B");
  }

  /** How often what has come in is sent to the destinations; 5 s by default. */
  public ArchivingOptions shipEvery(Duration interval) {
    return with("ship-every", interval);
  }

  /** How often a recovery point is taken; 1 s by default. */
  public ArchivingOptions pointEvery(Duration interval) {
    return with("point-every", interval);
  }

  /** How often files are looked through and state callbacks called; 60 s by default. */
  public ArchivingOptions stateEvery(Duration interval) {
    return with("state-every", interval);
  }

  /** One sentence a problem. */
  List<String> validate() {
    List<String> problems = new ArrayList<>(settings.validate(KEYS));
    if (problems.isEmpty()) {
      for (SettingsKey<Duration> key : List.of(SHIP_EVERY, POINT_EVERY, STATE_EVERY)) {
        if (settings.get(key).toMillis() < 100) {
          problems.add(settings.place() + "." + key.name() + ": is shorter than 100ms");
        }
      }
      if (spoolLimit() < SMALLEST_SPOOL) {
        problems.add(settings.place() + ".spool-limit: is smaller than 128MiB");
      }
    }
    return problems;
  }

  public Path spool() {
    return settings.get(SPOOL);
  }

  public long spoolLimit() {
    return settings.get(SPOOL_LIMIT);
  }

  public Duration shipEvery() {
    return settings.get(SHIP_EVERY);
  }

  public Duration pointEvery() {
    return settings.get(POINT_EVERY);
  }

  public Duration stateEvery() {
    return settings.get(STATE_EVERY);
  }
}
