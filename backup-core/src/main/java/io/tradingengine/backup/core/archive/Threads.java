package io.tradingengine.backup.core.archive;

import java.util.Collection;

/** What ends with archiving. */
final class Threads {
  private Threads() {}

  /** A daemon thread, as archiving must not keep a JVM alive that wants to end. */
  static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Waits until they have ended; an interruption does not shorten that, and is told afterwards. */
  static void join(Collection<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread != Thread.currentThread() && thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
