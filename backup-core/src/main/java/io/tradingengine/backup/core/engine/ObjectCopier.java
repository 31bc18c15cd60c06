package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.IntegrityException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
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
   * @throws FileAlreadyExistsException if other bytes have its name there
   * @throws IOException if it could not be put, or no other destination has it whole
   */
  void copy(StoredRef ref) throws IOException {
    IOException failure = new IOException(ref.key() + " is whole in no other destination");
    for (Target each : from) {
      try {
        to.destination().put(ref.key(), new CopiedContent(ref, each.destination()));
        return;
      } catch (FileAlreadyExistsException e) {
        throw e;
      } catch (IOException | IntegrityException e) {
        RunRegistry.rethrowInterruption(e);
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }

  /**
   * The first other destination whose copy is whole, by reading it.
   *
   * @throws IOException if none is
   */
  Target whole(StoredRef ref) throws IOException {
    IOException failure = new IOException(ref.key() + " is whole in no other destination");
    for (Target each : from) {
      try {
        if (each.destination().holds(ref.key(), new CopiedContent(ref, each.destination()))) {
          return each;
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
    Target source = whole(ref);
    to.destination().delete(ref.key());
    to.destination().put(ref.key(), new CopiedContent(ref, source.destination()));
  }
}
