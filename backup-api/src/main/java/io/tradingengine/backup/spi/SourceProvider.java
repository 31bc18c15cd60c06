package io.tradingengine.backup.spi;

import java.util.List;

/** Makes sources of one type. Stateless, with a public no-argument constructor. */
public interface SourceProvider {

  /** The {@code type} that chooses this provider, such as {@code postgres}. */
  String type();

  /** The keys that it understands, beside {@code name} and {@code optional}. */
  List<SettingsKey<?>> keys();

  /**
   * A complete source; connects to nothing yet.
   *
   * @param name the name under which the source stands in backups
   */
  Source open(String name, Settings settings);
}
