package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** Lets one thread at a time work on a key. Few locks serve all keys, so strangers may wait too. */
final class KeyLocks {
  private static final int STRIPES = 64;

  private final ReentrantLock[] locks = new ReentrantLock[STRIPES];

  KeyLocks() {
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** Work that may fail. */
  interface Work {
    void run() throws IOException;
  }

  /** Does work on a key, after whoever is at it. */
  void with(ObjectKey key, Work work) throws IOException {
    ReentrantLock lock = locks[Math.floorMod(key.hashCode(), STRIPES)];
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      throw RsyncException.interrupted("waiting for another thread at " + key, e);
    }
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }
}
