package io.tradingengine.backup.core.engine;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A call on a thread of its own; cancelling the future interrupts the thread. */
final class RunFuture<T> extends CompletableFuture<T> {
  private volatile @Nullable Thread thread;

  private RunFuture() {}

  static <T> RunFuture<T> start(String threadName, Supplier<T> call) {
    RunFuture<T> future = new RunFuture<>();
    Thread thread = new Thread(() -> future.run(call), threadName);
    thread.setDaemon(true);
    future.thread = thread;
    thread.start();
    return future;
  }

  private void run(Supplier<T> call) {
    try {
      complete(call.get());
    } catch (Throwable e) { // whatever it is, whoever waits for the future must hear of it
      completeExceptionally(e);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    Thread running = thread;
    if (cancelled && running != null) {
      running.interrupt();
    }
    return cancelled;
  }
}
