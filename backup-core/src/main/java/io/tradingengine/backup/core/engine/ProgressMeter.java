package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.event.BackupEvent.Operation;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts the bytes of one source and tells the listeners a few times a second. Thread-safe. */
final class ProgressMeter {
  private static final long INTERVAL_NANOS = 200_000_000L;
  private static final long UNKNOWN = -1;

  private final EventSink events;
  private final Operation operation;
  private final BackupId backupId;
  private final String source;
  private final LongAdder done = new LongAdder();
  private final AtomicLong expected = new AtomicLong(UNKNOWN);
  private final AtomicLong lastSent = new AtomicLong(System.nanoTime());

  ProgressMeter(EventSink events, Operation operation, BackupId backupId, String source) {
    this.events = events;
    this.operation = operation;
    this.backupId = backupId;
    this.source = source;
  }

  void expect(long bytes) {
    expected.set(bytes);
  }

  void add(long bytes) {
    done.add(bytes);
    long now = System.nanoTime();
    long last = lastSent.get();
    if (now - last >= INTERVAL_NANOS && lastSent.compareAndSet(last, now)) {
      send();
    }
  }

  long done() {
    return done.sum();
  }

  private void send() {
    long bytes = expected.get();
    events.send(
        new BackupEvent.Progress(
            operation,
            backupId,
            source,
            done.sum(),
            bytes == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(bytes)));
  }
}
