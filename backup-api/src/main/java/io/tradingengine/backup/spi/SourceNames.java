package io.tradingengine.backup.spi;

import java.util.regex.Pattern;

/** How a source is called in backups: by its {@code name}, and without one by its type. */
public final class SourceNames {
  /** The key that every source understands. */
  public static final SettingsKey<String> KEY =
      SettingsKey.text("name")
          .doc("The name under which it stands in backups; its type by default");

  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  private SourceNames() {}

  /** The name that these settings give. */
  public static String of(Settings settings) {
    return settings.find(KEY).orElse(settings.type());
  }

  /** Whether a folder of a backup can be called so. */
  public static boolean isValid(String name) {
    return FORM.matcher(name).matches();
  }
}
