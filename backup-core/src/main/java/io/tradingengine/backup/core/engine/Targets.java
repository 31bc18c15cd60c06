package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.core.catalog.Catalog;
import io.tradingengine.backup.core.destination.Destinations;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.DestinationOptions;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The configured destinations. One that cannot be opened stays among them, and says why. */
final class Targets implements AutoCloseable {
  private final List<Target> all;

  Targets(List<Target> all) {
    this.all = List.copyOf(all);
  }

  /**
   * Opens them.
   *
   * @throws BackupException if none can be opened
   */
  static Targets open(BackupConfig config, Encryptor encryptor) {
    List<Target> opened = new ArrayList<>();
    List<BackupException> failures = new ArrayList<>();
    try {
      for (Settings settings : config.destinations()) {
        opened.add(target(config, encryptor, settings, failures));
      }
    } catch (RuntimeException e) {
      closeAfter(new Targets(opened), e);
      throw e;
    }
    if (failures.size() == opened.size()) {
      BackupException first = failures.get(0);
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
    return new Targets(opened);
  }

  private static Target target(
      BackupConfig config, Encryptor encryptor, Settings settings, List<BackupException> failures) {
    DestinationOptions options = DestinationOptions.of(settings);
    Destination destination;
    try {
      destination = Destinations.decorated(Components.destination(settings), options);
    } catch (BackupException e) {
      failures.add(e);
      destination = new Unavailable(options.name().orElse(settings.place()), e);
    }
    return new Target(destination, options, new Catalog(destination, encryptor, config.name()));
  }

  /** All of them, in the order configured. */
  List<Target> all() {
    return all;
  }

  /** All of them, the nearest first, and as configured where they are as near. */
  List<Target> nearestFirst() {
    return all.stream()
        .sorted(Comparator.comparing((Target each) -> each.destination().proximity()))
        .toList();
  }

  /**
   * Those of these names, in the order configured; all of them for no names.
   *
   * @throws BackupException if there is none of a name, naming those there are
   */
  List<Target> named(List<String> names) {
    for (String name : names) {
      if (all.stream().noneMatch(target -> target.name().equals(name))) {
        throw new BackupException(
            "There is no destination '" + name + "'",
            "there are " + all.stream().map(Target::name).collect(Collectors.joining(", ")),
            null);
      }
    }
    return names.isEmpty()
        ? all
        : all.stream().filter(target -> names.contains(target.name())).toList();
  }

  @Override
  public void close() {
    BackupException failure = null;
    for (Target target : all) {
      try {
        target.destination().close();
      } catch (IOException e) {
        failure = new BackupException(target.name() + " did not close", e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static void closeAfter(Targets targets, RuntimeException cause) {
    try {
      targets.close();
    } catch (BackupException e) {
      cause.addSuppressed(e);
    }
  }
}
