package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Captured;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what became of the target of a restore that failed. */
final class RestoreFailure {
  private final Captured captured;
  private final String sourceName;
  private final RestoreScheme scheme;
  private final List<String> left;

  /**
   * Prepares it.
   *
   * @param left what could not be cleaned up
   */
  RestoreFailure(Captured captured, String sourceName, RestoreScheme scheme, List<String> left) {
    this.captured = captured;
    this.sourceName = sourceName;
    this.scheme = scheme;
    this.left = List.copyOf(left);
  }

  /**
   * What to throw: of the kind of what was thrown, with the target's state in its message.
   *
   * @throws InterruptedException if that is what it was
   */
  IOException of(Throwable failure) throws InterruptedException {
    if (failure instanceof InterruptedException interrupted) {
      throw interrupted;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (isInterruption(failure)) {
      Thread.interrupted();
      InterruptedException interrupted = new InterruptedException("interrupted while restoring");
      interrupted.initCause(failure);
      throw interrupted;
    }
    IntegrityException integrity = find(failure, IntegrityException.class);
    if (integrity != null) {
      throw new IntegrityException(
          integrity.objectKey(),
          bare(integrity, integrity.objectKey() + ": ") + "; " + state(),
          integrity.hint().orElse(null),
          failure);
    }
    MismatchException mismatch = find(failure, MismatchException.class);
    if (mismatch != null) {
      throw new IntegrityException(
          captured.backupId() + "/" + sourceName,
          mismatch.getMessage() + "; " + state(),
          "restore an older backup",
          failure);
    }
    if (failure instanceof BackupException known) {
      throw new BackupException(
          bare(known, "") + "; " + state(), known.hint().orElse(null), failure);
    }
    return new IOException(
        "Restoring "
            + sourceName
            + " into "
            + scheme.data().target()
            + " failed: "
            + reason(failure)
            + "; "
            + state(),
        failure);
  }

  private String state() {
    return left.isEmpty()
        ? "the target is as it was before, and what had been restored so far was removed"
        : "the target was left unclean, look at " + String.join(", ", left);
  }

  private static boolean isInterruption(Throwable failure) {
    return find(failure, ClosedByInterruptException.class) != null
        || find(failure, InterruptedIOException.class) != null
        || find(failure, InterruptedException.class) != null;
  }

  private static String reason(Throwable failure) {
    String message = failure.getMessage();
    String reason = message == null ? failure.toString() : message;
    return reason.contains("No space left on device")
        ? "the disk is full (" + reason + "); free some space, or restore elsewhere"
        : reason;
  }

  /** A message without its subject and its hint, which are added again. */
  private static String bare(BackupException failure, String prefix) {
    String message = String.valueOf(failure.getMessage());
    if (failure.hint().isPresent()) {
      message = message.substring(0, message.lastIndexOf(System.lineSeparator() + "HINT: "));
    }
    return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
  }

  private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 20; depth++) {
      if (type.isInstance(cause)) {
        return type.cast(cause);
      }
      cause = cause.getCause();
    }
    return null;
  }
}
