package io.tradingengine.backup.core.postgres;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the files that a restore has open, so that idle ones are closed where they are too many.
 */
final class OpenFiles {
  private final int limit;
  private final AtomicInteger open = new AtomicInteger();

  OpenFiles(int limit) {
    this.limit = limit;
  }

  void opened() {
    open.incrementAndGet();
  }

  void closed() {
    open.decrementAndGet();
  }

  boolean areTooMany() {
    return open.get() > limit;
  }
}
