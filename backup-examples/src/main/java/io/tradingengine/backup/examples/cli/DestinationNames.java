package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.DestinationOptions;
import io.tradingengine.backup.spi.DestinationProvider;
import io.tradingengine.backup.spi.Providers;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the configured destinations are called, and whether there is one of that name. */
final class DestinationNames {
  private DestinationNames() {}

  /**
   * Makes sure that each of these is the name of a destination.
   *
   * @throws WrongUseException if one is not, naming those there are
   */
  static void require(BackupConfig config, List<String> wanted) throws IOException {
    if (wanted.isEmpty()) {
      return;
    }
    List<String> known = of(config);
    for (String name : wanted) {
      if (!known.contains(name)) {
        throw new WrongUseException(
            "There is no destination '" + name + "'",
            "the configuration has " + String.join(", ", known));
      }
    }
  }

  /** The destinations' names, in the order configured. */
  static List<String> of(BackupConfig config) throws IOException {
    List<String> names = new ArrayList<>();
    for (Settings settings : config.destinations()) {
      Optional<String> given = settings.find(DestinationOptions.NAME);
      names.add(given.isPresent() ? given.get() : ownName(settings));
    }
    return names;
  }

  /** What it calls itself, which only it knows. */
  private static String ownName(Settings settings) throws IOException {
    DestinationProvider provider = Providers.destination(settings.type()).orElseThrow();
    try (Destination destination = provider.open(settings)) {
      return destination.name();
    }
  }
}
