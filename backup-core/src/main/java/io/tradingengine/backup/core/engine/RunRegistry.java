package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupCancelledException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Knows the threads on which a manager's calls are at work, so that closing it can stop them. */
final class RunRegistry {
  /** A call that may be stopped. */
  interface Call<T> {
    T run() throws InterruptedException;
  }

  private final Set<Thread> running = new HashSet<>();
  private boolean closed;

  /** Runs a call on this thread; interruption of the thread and {@link #close()} end it. */
  <T> T run(String what, Call<T> call) {
    enter(what);
    try {
      return call.run();
    } catch (InterruptedException e) {
      throw cancelled(what, e);
    } catch (BackupCancelledException e) {
      flagInterruption();
      throw e;
    } catch (RuntimeException e) {
      if (isInterruption(e)) {
        throw cancelled(what, e);
      }
      throw e;
    } finally {
      leave();
    }
  }

  private BackupCancelledException cancelled(String what, Exception cause) {
    flagInterruption();
    return new BackupCancelledException(
        "The " + what + " was stopped before it was complete" + consequence(what), cause);
  }

  /** What was published or removed before, backup by backup, stays so. */
  private static String consequence(String what) {
    return Set.of("backup", "merge", "restore").contains(what) ? "; nothing was published" : "";
  }

  /** The thread's owner has to hear of it, unless it was {@link #close()} that interrupted. */
  private void flagInterruption() {
    if (!isClosed()) {
      Thread.currentThread().interrupt();
    }
  }

  /** Throws on what an interruption caused: nobody may take that for the fault of a thing. */
  static void rethrowInterruption(Exception e) throws IOException {
    if (isInterruption(e)) {
      if (e instanceof IOException failure) {
        throw failure;
      }
      throw e instanceof RuntimeException failure ? failure : new IllegalStateException(e);
    }
  }

  /** As {@link #rethrowInterruption}, where no {@link IOException} can be thrown. */
  static void throwInterruption(Exception e) {
    try {
      rethrowInterruption(e);
    } catch (IOException interruption) {
      throw new UncheckedIOException(interruption);
    }
  }

  private static boolean isInterruption(Exception e) {
    for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedException
          || cause instanceof ClosedByInterruptException
          || (cause instanceof InterruptedIOException && Thread.currentThread().isInterrupted())) {
        return true;
      }
    }
    return false;
  }

  private synchronized void enter(String what) {
    if (closed) {
      throw new BackupCancelledException(
          "The manager is closed; the " + what + " was not begun", null);
    }
    running.add(Thread.currentThread());
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void leave() {
    running.remove(Thread.currentThread());
    if (closed) {
      // The interruption was ours; the caller's thread must not keep it.
      Thread.interrupted();
    }
    notifyAll();
  }

  /** Stops all calls and waits until they have let go. Safe to call twice. */
  synchronized void close() {
    closed = true;
    running.forEach(Thread::interrupt);
    boolean interrupted = false;
    while (running.stream().anyMatch(thread -> thread != Thread.currentThread())) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
