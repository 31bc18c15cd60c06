package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.redis.RedisState.Part;
import io.tradingengine.backup.spi.RestoreTask;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/**
 * One restore: what is to be done, and what was decided. Immutable.
 *
 * @param settings what the configuration says
 * @param task what was asked for
 * @param scheme how it is done
 */
record RestoreJob(RestoreSettings settings, RestoreTask task, RestoreScheme scheme) {

  RedisState state() {
    return scheme.state();
  }

  Finding info(String message) {
    return Finding.info(settings.name(), message);
  }

  Finding warning(String message, String hint) {
    return Finding.warning(settings.name(), message, hint);
  }

  /** An RDB is no RDB, or not a whole one. */
  IntegrityException damaged(Part part, IOException finding) {
    return damaged(part, String.valueOf(finding.getMessage()), finding);
  }

  /** Something in the backup is not what was backed up. */
  IntegrityException damaged(Part part, String what, @Nullable Throwable cause) {
    return new IntegrityException(
        task.captured().backupId() + "/" + settings.name() + "/" + part.artifact(),
        what,
        "nothing was touched; restore an older backup",
        cause);
  }

  /** Something of the backup does not fit the target. */
  BackupException unfit(String what, String hint) {
    return new BackupException(
        "The backup of " + settings.name() + " " + what + "; nothing was touched", hint, null);
  }

  /** For where only input and output may fail. */
  static void throwIfInterrupted() throws InterruptedIOException {
    if (Thread.interrupted()) {
      InterruptedIOException interruption = new InterruptedIOException("interrupted");
      interruption.initCause(new InterruptedException());
      throw interruption;
    }
  }

  /** An interruption for what is really one, where only input and output could say so. */
  static IOException orInterruption(IOException failure) throws InterruptedException {
    if (isInterruption(failure)) {
      Thread.interrupted();
      InterruptedException interruption = new InterruptedException(failure.getMessage());
      interruption.initCause(failure);
      throw interruption;
    }
    return failure;
  }

  /** Sockets that time out throw a class of that name, too, without such a cause. */
  private static boolean isInterruption(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 10; depth++) {
      if (cause instanceof ClosedByInterruptException || cause instanceof InterruptedException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
