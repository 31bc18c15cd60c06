package io.tradingengine.backup.core.volume;

import java.util.HashSet;
import java.util.Set;

/**
 * The threads that are at some work, so that they can be interrupted when it is to stop, and only
 * as long as they are at it: a thread that was interrupted here leaves with its interrupt flag
 * clear, as the interruption was meant for the work and not for the thread's owner. Safe for
 * concurrent use.
 */
final class ThreadsAtWork {
  private final Set<Thread> working = new HashSet<>();
  private final Set<Thread> interrupted = new HashSet<>();
  private boolean closed;

  /** Begins the calling thread's work, unless that is over; each that entered has to leave. */
  synchronized boolean enter() {
    return !closed && working.add(Thread.currentThread());
  }

  /** Ends the calling thread's work. */
  synchronized void leave() {
    working.remove(Thread.currentThread());
    if (interrupted.remove(Thread.currentThread())) {
      Thread.interrupted();
    }
    notifyAll();
  }

  /** Lets no thread enter any more. */
  synchronized void close() {
    closed = true;
  }

  /** Lets no thread enter any more, and interrupts all others that are at work. */
  synchronized void stop() {
    closed = true;
    for (Thread thread : working) {
      if (thread != Thread.currentThread()) {
        interrupted.add(thread);
        thread.interrupt();
      }
    }
  }

  /** Waits until no thread is at work. */
  synchronized void await() throws InterruptedException {
    while (!working.isEmpty()) {
      wait();
    }
  }
}
