package io.tradingengine.backup.core.destination;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/** An operation by rsync or ssh failed. The message ends with a hint; trying again is safe. */
final class RsyncException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String problem;
  private final String hint;

  RsyncException(String problem, String hint, @Nullable Throwable cause) {
    super(problem + (hint.isEmpty() ? "" : System.lineSeparator() + "HINT: " + hint), cause);
    this.problem = problem;
    this.hint = hint;
  }

  /** What happened, without the hint. */
  String problem() {
    return problem;
  }

  String hint() {
    return hint;
  }

  /** Says that the thread was interrupted, and sets its flag again. */
  static InterruptedIOException interrupted(String what, InterruptedException e) {
    Thread.currentThread().interrupt();
    InterruptedIOException interrupted = new InterruptedIOException("interrupted while " + what);
    interrupted.initCause(e);
    return interrupted;
  }
}
