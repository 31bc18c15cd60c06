package io.tradingengine.backup.core.files;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.State;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * Hands a captured state to the application's callback: first all of it is read and verified, and
 * only then does the callback hear of it. Used by one thread.
 */
final class StateHandover implements StagedRestore {
  private final String source;
  private final State.Restore callback;
  private final StateContent content;
  private final LongConsumer progress;
  private final LongAdder verified = new LongAdder();
  private long taken;

  StateHandover(
      String source, State.Restore callback, StateContent content, LongConsumer progress) {
    this.source = source;
    this.callback = callback;
    this.content = content;
    this.progress = progress;
  }

  /** Reads all of it; the application is not touched. */
  void stage() throws IOException, InterruptedException {
    content.readAll(
        (offset, bytes) -> {
          verified.add(bytes.remaining());
          progress.accept(bytes.remaining());
        });
  }

  @Override
  public boolean reversible() {
    return false;
  }

  @Override
  public void publish() throws IOException, InterruptedException {
    try (InputStream stored = content.open()) {
      CallbackInput handed = new CallbackInput(stored);
      try {
        callback.read(handed);
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception | AssertionError | StackOverflowError | LinkageError e) {
        // Whatever it is: other languages on the JVM throw what the interface does not declare.
        handed.end();
        throw new IOException(
            "the restore callback failed: "
                + StateSource.reason(e)
                + "; what it had taken in by then, the application has",
            e);
      }
      handed.end();
      taken = handed.count();
    }
  }

  @Override
  public Restored finish() {
    String message =
        taken == verified.sum()
            ? "was handed to the application"
            : "was handed to the application, which read %d of its %d bytes"
                .formatted(taken, verified.sum());
    return new Restored(List.of(), taken, List.of(Finding.info(source, message)), List.of());
  }

  /** Nothing to take back: what the application has is the application's. */
  @Override
  public void close() {}
}
