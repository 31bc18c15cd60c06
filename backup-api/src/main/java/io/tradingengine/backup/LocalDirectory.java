package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import java.nio.file.Path;

/** A directory on a disk of this host. Immutable. */
public final class LocalDirectory implements DestinationSpec {
  private final Settings settings;

  private LocalDirectory(Settings settings) {
    this.settings = settings;
  }

  /**
   * Keeps backups below {@code directory}, which is made, for its owner alone, where it is missing.
   */
  public static LocalDirectory at(Path directory) {
    return new LocalDirectory(Settings.of("local").with("path", directory));
  }

  /** Keeps backups below {@code directory}. */
  public static LocalDirectory at(String directory) {
    return at(Path.of(directory));
  }

  @Override
  public Settings settings() {
    return settings;
  }
}
