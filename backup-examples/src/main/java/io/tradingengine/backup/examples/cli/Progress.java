package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.event.BackupListener;

/** Shows how far a run has got: bars where a person looks on, plain lines elsewhere. */
interface Progress extends BackupListener {

  /** What suits whoever reads the standard error. */
  static Progress on(Io io) {
    return io.terminal().interactive()
        ? new ProgressBars(io.err())
        : new ProgressLines(io.err(), System::nanoTime);
  }
}
