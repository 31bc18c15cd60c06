package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;

/** A place to keep backups, as a typed builder such as {@link LocalDirectory} says it. */
@FunctionalInterface
public interface DestinationSpec {

  /** The settings that the provider of their type understands. */
  Settings settings();
}
