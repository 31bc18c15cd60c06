package io.tradingengine.backup.s3;

import io.tradingengine.backup.spi.ObjectKey;
import java.util.HashSet;
import java.util.Set;

/**
 * Lets one thread at a time put an object, so that of threads of this process one wins even in a
 * store without conditions. Safe for concurrent use.
 */
final class KeyLocks {
  private final Set<ObjectKey> held = new HashSet<>();

  synchronized void take(ObjectKey key) throws InterruptedException {
    while (!held.add(key)) {
      wait();
    }
  }

  synchronized void giveBack(ObjectKey key) {
    held.remove(key);
    notifyAll();
  }
}
