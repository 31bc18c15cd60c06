package io.tradingengine.backup.core.volume;

import java.io.IOException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** What the pipelines of both directions do with their threads. */
final class WorkerThreads {
  private WorkerThreads() {}

  /** A thread that does not keep the JVM alive, since what it makes would not be published. */
  static Thread create(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Throws what a thread failed with, as it is, if it did. */
  static void rethrow(@Nullable Throwable failure) throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }

  /**
   * Waits until the threads have ended. An interruption does not shorten that, as nothing may be at
   * work after a close; the flag is set again. One of the threads itself does not wait: two of them
   * that closed at once would wait for each other for ever.
   */
  static void join(Collection<Thread> threads) {
    if (threads.contains(Thread.currentThread())) {
      return;
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
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
