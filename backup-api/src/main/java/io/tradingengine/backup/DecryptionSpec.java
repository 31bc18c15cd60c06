package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;

/** What decryption needs, as {@link OpenPgp} says it. Only hosts that restore have it. */
@FunctionalInterface
public interface DecryptionSpec {

  /** The settings that the provider of their type understands. */
  Settings settings();
}
