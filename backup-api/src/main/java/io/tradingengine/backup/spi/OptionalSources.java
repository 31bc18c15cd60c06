package io.tradingengine.backup.spi;

/**
 * Sources that a backup can do without: one that cannot be captured makes the backup degraded
 * instead of failing it.
 */
public final class OptionalSources {
  /** The key that every source understands. */
  public static final SettingsKey<Boolean> KEY =
      SettingsKey.flag("optional")
          .orElse(false)
          .doc("Whether a backup that cannot have this source goes on without it, degraded");

  private OptionalSources() {}

  /** Whether these settings are of such a source. */
  public static boolean includes(Settings settings) {
    return settings.get(KEY);
  }
}
