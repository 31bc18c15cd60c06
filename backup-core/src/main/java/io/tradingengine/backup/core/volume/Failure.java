package io.tradingengine.backup.core.volume;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Why a pipeline stopped.
 *
 * @param what what could not be done, and to which thing
 * @param cause what was thrown; null if it was stopped from outside
 */
record Failure(String what, @Nullable Throwable cause) {

  /** A new exception, since several threads may have to throw one. */
  IOException toException() {
    if (cause == null) {
      return new IOException(what);
    }
    String detail = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new IOException(what + ": " + detail, cause);
  }
}
