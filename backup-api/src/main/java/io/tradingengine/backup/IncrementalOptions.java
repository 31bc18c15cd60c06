package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When an incremental backup is taken, and when a full one instead. Immutable; each method returns
 * new options.
 */
public final class IncrementalOptions {
  private static final SettingsKey<Duration> FULL_EVERY =
      SettingsKey.duration("full-every")
          .orElse(Duration.ofDays(7))
          .doc("How old the full backup may be that incremental ones build on");
  private static final SettingsKey<Otherwise> OTHERWISE =
      SettingsKey.choice("otherwise", Otherwise.class)
          .orElse(Otherwise.FULL)
          .doc("What is done where an incremental backup cannot be taken");
  private static final SettingsKey<Path> MEMORY =
      SettingsKey.path("memory")
          .doc(
              "A folder that remembers what the next backup builds on, for hosts without secret key");
  private static final List<SettingsKey<?>> KEYS = List.of(FULL_EVERY, OTHERWISE, MEMORY);

  private final Settings settings;

  /** What is done where an incremental backup cannot be taken. */
  public enum Otherwise {
    /** A full backup is taken, and a finding says why. */
    FULL,
    /** No backup is taken, and the failure says why. */
    REFUSE
  }

  private IncrementalOptions(Settings settings) {
    this.settings = settings;
  }

  /** A full backup at least every seven days, and where an incremental one cannot be taken. */
  public static IncrementalOptions defaults() {
    return from(Settings.of("incremental"));
  }

  /**
   * Options as a configuration file has them.
   *
   * @throws InvalidConfigException if anything in it is wrong; lists all that is
   */
  public static IncrementalOptions from(Settings settings) {
    return new IncrementalOptions(settings);
  }

  private IncrementalOptions with(String key, Object value) {
    return new IncrementalOptions(settings.with(key, value));
  }

  /**
   * How old the full backup may be that incremental ones build on; 7 days by default. Once it is
   * older, the next backup is a full one.
   */
  public IncrementalOptions fullEvery(Duration age) {
    return with("full-every", age);
  }

  /** What is done where an incremental backup cannot be taken; a full one by default. */
  public IncrementalOptions otherwise(Otherwise otherwise) {
    return with("otherwise", otherwise);
  }

  /**
   * A folder that remembers, unencrypted and for its owner only, the names, sizes and times of what
   * the newest backup holds. Without it, an incremental backup needs the secret key, to read them
   * from the backup that it builds on.
   */
  public IncrementalOptions memory(Path folder) {
    return with("memory", folder);
  }

  /** One sentence a problem. */
  List<String> validate() {
    List<String> problems = new ArrayList<>(settings.validate(KEYS));
    if (problems.isEmpty() && fullEvery().isZero()) {
      problems.add(settings.place() + ".full-every: no incremental backup could ever be taken");
    }
    return problems;
  }

  public Duration fullEvery() {
    return settings.get(FULL_EVERY);
  }

  public Otherwise otherwise() {
    return settings.get(OTHERWISE);
  }

  /** The folder that remembers; empty if there is none. */
  public Optional<Path> memory() {
    return settings.find(MEMORY);
  }
}
