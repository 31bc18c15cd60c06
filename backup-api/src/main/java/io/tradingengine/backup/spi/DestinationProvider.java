package io.tradingengine.backup.spi;

import java.util.List;

/** Makes destinations of one type. Stateless, with a public no-argument constructor. */
public interface DestinationProvider {

  /** The {@code type} that chooses this provider, such as {@code local}. */
  String type();

  /** The keys that it understands. */
  List<SettingsKey<?>> keys();

  /**
   * A complete, usable destination.
   *
   * @throws io.tradingengine.backup.BackupException if it cannot be had, saying why
   */
  Destination open(Settings settings);
}
