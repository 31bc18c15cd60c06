package io.tradingengine.backup.core.destination;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.spi.ObjectProtectedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How often an operation is tried and how long the pauses are. Immutable; safe for concurrent use.
 */
final class Retries {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(10);
  // Five attempts wait for 4 s together: long enough for a store's node to be replaced by the next.
  private static final int FACTOR = 3;
  // Those whom a store turned away together must not come back together.
  private static final double JITTER = 0.5;
  private static final int MOST_SUPPRESSED = 4;

  /**
   * Answers, not failures: they stay the same however often one asks. An {@link IOException} with
   * one of these as its cause is one too.
   */
  private static final List<Class<? extends Exception>> ANSWERS =
      List.of(
          FileAlreadyExistsException.class,
          NoSuchFileException.class,
          AccessDeniedException.class,
          ObjectProtectedException.class,
          BackupException.class);

  /** Something that can be done again. */
  @FunctionalInterface
  interface Attempt<T> {
    T run() throws IOException;
  }

  private final RetryPolicy<Object> policy;

  /**
   * With pauses from about 100 ms to about 10 s.
   *
   * @param attempts how often in all, from 1
   */
  Retries(int attempts) {
    this(attempts, FIRST, LONGEST);
  }

  /** With other pauses, for tests. */
  Retries(int attempts, Duration first, Duration longest) {
    this.policy =
        RetryPolicy.builder()
            .handleIf(Retries::mayPass)
            .withMaxAttempts(attempts)
            .withBackoff(first, longest, FACTOR)
            .withJitter(JITTER)
            .build();
  }

  /**
   * Does it until it succeeds, fails by an answer, or was tried often enough.
   *
   * @throws InterruptedIOException if this thread was interrupted in a pause or had been before it;
   *     its flag is set
   * @throws IOException the last failure, with the ones before it suppressed
   */
  <T> T run(Attempt<T> attempt) throws IOException {
    List<Exception> failures = new ArrayList<>();
    try {
      return Failsafe.with(policy).get(() -> noting(failures, attempt));
    } catch (FailsafeException e) {
      throw conclude(failures, e);
    } catch (RuntimeException e) {
      throw withEarlier(failures, e);
    }
  }

  private static <T> T noting(List<Exception> failures, Attempt<T> attempt) throws IOException {
    try {
      return attempt.run();
    } catch (IOException | RuntimeException e) {
      failures.add(e);
      throw e;
    }
  }

  private static IOException conclude(List<Exception> failures, FailsafeException e) {
    if (failures.isEmpty() || !(failures.get(failures.size() - 1) instanceof IOException last)) {
      return new IOException(e);
    }
    if (Thread.currentThread().isInterrupted() && !isInterruption(last)) {
      IOException interruption =
          new InterruptedIOException("interrupted, and not tried again: " + last.getMessage());
      interruption.initCause(last);
      return withEarlier(failures, interruption);
    }
    if (failures.size() == 1 || !mayPass(last)) {
      return withEarlier(failures, last);
    }
    String tried = last.getMessage() + " (tried " + failures.size() + " times)";
    return withEarlier(failures, new IOException(tried, last));
  }

  /** Adds the failures before the last: the first one, which may tell most, and the newest. */
  private static <E extends Exception> E withEarlier(List<Exception> failures, E thrown) {
    List<Exception> earlier = failures.subList(0, Math.max(0, failures.size() - 1));
    for (int i = 0; i < earlier.size(); i++) {
      boolean first = i == 0;
      boolean newest = i > earlier.size() - MOST_SUPPRESSED;
      if ((first || newest) && earlier.get(i) != thrown) {
        thrown.addSuppressed(earlier.get(i));
      }
    }
    return thrown;
  }

  private static boolean mayPass(Throwable failure) {
    if (!(failure instanceof IOException)
        || isInterruption(failure)
        || Thread.currentThread().isInterrupted()) {
      return false;
    }
    for (@Nullable Throwable each = failure; each != null; each = each.getCause()) {
      if (isAnswer(each)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAnswer(Throwable failure) {
    return ANSWERS.stream().anyMatch(type -> type.isInstance(failure));
  }

  /** A time-out of a socket is an {@link InterruptedIOException} too, and passes. */
  private static boolean isInterruption(Throwable failure) {
    for (@Nullable Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof InterruptedException
          || each instanceof ClosedByInterruptException
          || each instanceof FileLockInterruptionException
          || (each instanceof InterruptedIOException && Thread.currentThread().isInterrupted())) {
        return true;
      }
    }
    return false;
  }
}
