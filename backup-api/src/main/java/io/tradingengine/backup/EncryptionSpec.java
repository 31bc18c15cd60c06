package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;

/** How backups are encrypted, as {@link OpenPgp} or {@link Encryption} says it. */
@FunctionalInterface
public interface EncryptionSpec {

  /** The settings that the provider of their type understands. */
  Settings settings();
}
