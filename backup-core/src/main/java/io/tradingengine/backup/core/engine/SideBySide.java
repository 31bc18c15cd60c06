package io.tradingengine.backup.core.engine;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some tasks at the same time, each on a thread of its own, or none: the first that fails stops the
 * others. However it ends, its threads have ended before. Used once.
 */
final class SideBySide {
  /** More than these wait their turn. */
  static final int MOST = 8;

  /** What is to be done. Answers to interruption. */
  interface Task {
    /** What the task's thread is named after. */
    String name();

    void run() throws IOException, InterruptedException;
  }

  private final String what;
  private final Deque<Task> waiting;
  private final List<Thread> threads = new ArrayList<>();
  private int running;
  private boolean stopped;
  private @Nullable Throwable failure;

  private SideBySide(String what, List<? extends Task> tasks) {
    this.what = what;
    this.waiting = new ArrayDeque<>(tasks);
  }

  /**
   * Runs the tasks, begun in their order, and returns when all have ended.
   *
   * @param what what their threads' names begin with
   * @throws IOException what the first task failed with; what others failed with while they were
   *     stopped is attached to it
   * @throws InterruptedException if the calling thread was interrupted
   */
  static void run(String what, List<? extends Task> tasks)
      throws IOException, InterruptedException {
    SideBySide sideBySide = new SideBySide(what, tasks);
    sideBySide.start(Math.min(tasks.size(), MOST));
    boolean interrupted = sideBySide.await();
    sideBySide.join();
    if (interrupted) {
      throw sideBySide.interruption();
    }
    sideBySide.throwFailure();
  }

  private synchronized void start(int count) {
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(this::work, what);
      thread.setDaemon(true);
      threads.add(thread);
    }
    running = count;
    threads.forEach(Thread::start);
  }

  private void work() {
    try {
      for (Task task = next(); task != null; task = next()) {
        run(task);
      }
    } finally {
      end();
    }
  }

  private synchronized @Nullable Task next() {
    return stopped ? null : waiting.poll();
  }

  private void run(Task task) {
    Thread.currentThread().setName(what + "-" + task.name());
    try {
      task.run();
    } catch (Throwable e) { // whatever it is, whoever waits must hear of it
      failed(task, e);
    }
  }

  private synchronized void failed(Task task, Throwable cause) {
    Throwable first = failure;
    if (first == null) {
      failure = cause instanceof InterruptedException e && !stopped ? ofItself(task, e) : cause;
      stop();
    } else if (first != cause && !(cause instanceof InterruptedException)) {
      first.addSuppressed(cause);
    }
  }

  /** Nobody has asked for that interruption, so to the backup it is a failure like any other. */
  private static IOException ofItself(Task task, InterruptedException cause) {
    IOException failure = new IOException(task.name() + " was interrupted by something in itself");
    failure.addSuppressed(cause);
    return failure;
  }

  private synchronized void end() {
    running--;
    notifyAll();
  }

  private synchronized void stop() {
    stopped = true;
    for (Thread thread : threads) {
      if (thread != Thread.currentThread()) {
        thread.interrupt();
      }
    }
  }

  /** Waits until all have ended; an interruption stops them, and is told when they have. */
  private synchronized boolean await() {
    boolean interrupted = Thread.interrupted();
    if (interrupted) {
      stop();
    }
    while (running > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
        stop();
      }
    }
    return interrupted;
  }

  /** They are at their very end; nothing is waited for long. */
  private void join() {
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

  private synchronized InterruptedException interruption() {
    InterruptedException interruption = new InterruptedException();
    if (failure != null) {
      interruption.addSuppressed(failure);
    }
    return interruption;
  }

  private synchronized void throwFailure() throws IOException {
    Throwable first = failure;
    if (first instanceof IOException e) {
      throw e;
    } else if (first instanceof RuntimeException e) {
      throw e;
    } else if (first instanceof Error e) {
      throw e;
    } else if (first != null) {
      throw new IllegalStateException("stopped by nobody", first);
    }
  }
}
