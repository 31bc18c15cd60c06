package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import java.io.IOException;
import java.util.List;

/** Copies objects to one destination from the first of others that has them whole. Thread-safe. */
final class ObjectCopier {
  private final Target to;
  private final List<Target> from;

  /**
   * A copier.
   *
   * @param from where it looks, in this order; {@code to} is passed over
   */
  ObjectCopier(Target to, List<Target> from) {
    this.to = to;
    this.from = from.stream().filter(each -> !each.equals(to)).toList();
  }

  /**
   * Copies an object. On return it is durable there.
   *
   * @throws NotWholeException if no other destination has it whole
   * @throws IOException if it could not be put
   */
  void copy(StoredRef ref) throws IOException {
    NotWholeException failure = new NotWholeException(ref.key());
    for (Target each : from) {
      Source content = new Source(ref, each);
      try {
        to.destination().put(ref.key(), content);
        return;
      } catch (IOException | BackupException e) {
        RunRegistry.rethrowInterruption(e);
        if (!content.failed) {
          throw e;
        }
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }

  /** Tells a failure to read a copy from a failure to put it. */
  private static final class Source extends CopiedContent {
    private volatile boolean failed;

    Source(StoredRef ref, Target from) {
      super(ref, from.destination());
    }

    @Override
    void failed(Exception reason) {
      failed = true;
    }
  }

  /** Whether the destination that is copied to has an object whole, by reading it there. */
  boolean holds(StoredRef ref) throws IOException {
    for (Target each : from) {
      Source content = new Source(ref, each);
      try {
        return to.destination().holds(ref.key(), content);
      } catch (IOException | BackupException e) {
        RunRegistry.rethrowInterruption(e);
        if (!content.failed) {
          throw e;
        }
        // Compared with a copy that is not whole itself; another one may be.
      }
    }
    return to.destination().holds(ref.key(), new CopiedContent(ref, to.destination()));
  }

  /**
   * Makes sure, by reading it, that another destination has an object whole.
   *
   * @throws NotWholeException if none is
   */
  private void requireWhole(StoredRef ref) throws IOException {
    NotWholeException failure = new NotWholeException(ref.key());
    for (Target each : from) {
      try {
        if (each.destination().holds(ref.key(), new CopiedContent(ref, each.destination()))) {
          return;
        }
      } catch (IOException e) {
        RunRegistry.rethrowInterruption(e);
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }

  /**
   * Replaces what has an object's name and other bytes; nothing is removed before another copy was
   * read and is whole.
   */
  void heal(StoredRef ref) throws IOException {
    requireWhole(ref);
    to.destination().delete(ref.key());
    copy(ref);
  }
}
