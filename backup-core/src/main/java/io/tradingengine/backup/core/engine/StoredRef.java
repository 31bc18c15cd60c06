package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;

/**
 * An object as it has to be in every destination.
 *
 * @param key its name
 * @param length its bytes
 * @param sha256 their digest
 */
record StoredRef(ObjectKey key, long length, Sha256 sha256) {

  static StoredRef of(Volume volume) {
    return new StoredRef(volume.key(), volume.storedSize(), volume.storedSha256());
  }

  static StoredRef of(ObjectKey key, Content content) {
    return new StoredRef(key, content.length(), content.sha256());
  }
}
