package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How long backups are kept. Immutable; each method returns a new policy.
 *
 * <p>Days, ISO weeks and months are those of the {@linkplain BackupConfig#zone() configured time
 * zone}, and only those count in which there is a usable backup: seven days without one expire
 * nothing. Of each day, week and month that is kept, the newest full backup stays, or where there
 * is none the newest backup with all that it builds on. The incremental backups of a kept day stay
 * with the full one that they build on.
 */
public final class Retention {
  private static final int MOST = 10_000;
  private static final SettingsKey<Integer> DAILY =
      SettingsKey.integer("daily", 0, MOST).orElse(0).doc("How many days keep a backup");
  private static final SettingsKey<Integer> WEEKLY =
      SettingsKey.integer("weekly", 0, MOST).orElse(0).doc("How many ISO weeks keep a backup");
  private static final SettingsKey<Integer> MONTHLY =
      SettingsKey.integer("monthly", 0, MOST).orElse(0).doc("How many months keep a backup");
  private static final SettingsKey<Integer> MINIMUM =
      SettingsKey.integer("minimum", 1, MOST)
          .orElse(2)
          .doc("How many of the newest full backups are kept whatever their age");
  private static final SettingsKey<Duration> WINDOW =
      SettingsKey.duration("window")
          .doc(
              "How far back a restore can go to any instant; by default to the oldest daily"
                  + " backup");
  private static final List<SettingsKey<?>> KEYS = List.of(DAILY, WEEKLY, MONTHLY, MINIMUM, WINDOW);

  private final Settings settings;

  private Retention(Settings settings) {
    this.settings = settings;
  }

  /** Keeps a backup of each of the last days that have one. */
  public static Retention daily(int days) {
    return from(Settings.of("retention")).with("daily", days);
  }

  /**
   * A policy as a configuration file has it.
   *
   * @throws InvalidConfigException if anything in it is wrong; lists all that is
   */
  public static Retention from(Settings settings) {
    return new Retention(settings);
  }

  private Retention with(String key, Object value) {
    return new Retention(settings.with(key, value));
  }

  /** Keeps a backup of each of the last ISO weeks that have one. */
  public Retention weekly(int weeks) {
    return with("weekly", weeks);
  }

  /** Keeps a backup of each of the last months that have one. */
  public Retention monthly(int months) {
    return with("monthly", months);
  }

  /** Keeps that many of the newest full backups whatever their age; at least 1, by default 2. */
  public Retention minimum(int fulls) {
    return with("minimum", fulls);
  }

  /**
   * Keeps what a restore to any instant of this last while needs; by default, back to the oldest
   * backup that is kept as a daily one.
   */
  public Retention window(Duration window) {
    return with("window", window);
  }

  /** One sentence a problem. */
  List<String> validate() {
    List<String> problems = new ArrayList<>(settings.validate(KEYS));
    if (problems.isEmpty() && daily() + weekly() + monthly() == 0) {
      problems.add(
          settings.place() + ": keeps nothing, expected at least one of daily, weekly and monthly");
    }
    return problems;
  }

  public int daily() {
    return settings.get(DAILY);
  }

  public int weekly() {
    return settings.get(WEEKLY);
  }

  public int monthly() {
    return settings.get(MONTHLY);
  }

  public int minimum() {
    return settings.get(MINIMUM);
  }

  /** How far back a restore can go to any instant, if that was said. */
  public Optional<Duration> window() {
    return settings.find(WINDOW);
  }

  @Override
  public String toString() {
    return daily() + " daily, " + weekly() + " weekly, " + monthly() + " monthly";
  }
}
