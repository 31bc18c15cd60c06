package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;

/** A store to back up, as a typed builder such as {@link Postgres} or {@link FileTree} says it. */
@FunctionalInterface
public interface SourceSpec {

  /** The settings that the provider of their type understands. */
  Settings settings();
}
