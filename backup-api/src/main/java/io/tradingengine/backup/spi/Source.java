package io.tradingengine.backup.spi;

import io.tradingengine.backup.Finding;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A store that can be captured and restored. A source writes named artifacts as plain streams and
 * knows nothing of compression, keys or destinations. Used by one run at a time.
 */
public interface Source extends AutoCloseable {

  /** The name under which it stands in backups, such as {@code postgres}. */
  String name();

  /** The provider's type. */
  String type();

  /**
   * Which moment of its capture the state belongs to. Sources {@link Timing#AT_END} are captured
   * first and the others then, so that the states of all lie close together.
   */
  Timing timing();

  /**
   * Looks for what stands in the way of a capture: privileges, settings, versions, reachability.
   * Each error says how to mend it. Changes nothing.
   */
  List<Finding> check() throws InterruptedException;

  /**
   * Takes a lock in the store itself, which says that a backup of it is at work: a second fence
   * beside the repositories' locks, for runs that do not see the same repositories. Taken before a
   * capture and closed after the backup.
   *
   * @param system the system's name; runs of other systems are not kept out
   * @param owner who takes it, for the message that others get
   * @return the lock, or empty for a store that has none
   * @throws io.tradingengine.backup.RepositoryLockedException if another run holds it
   * @throws IOException if the store cannot be reached
   */
  default Optional<Lease> fence(String system, String owner)
      throws IOException, InterruptedException {
    return Optional.empty();
  }

  /**
   * Captures the store into {@code out}. Called on a thread of the backup; other sources may be
   * captured at the same time.
   *
   * @return what a restore has to know
   * @throws IOException if the store could not be captured; the message says what to do
   * @throws InterruptedException if the thread was interrupted; everything is closed again
   */
  SourceState capture(ArtifactSink out) throws IOException, InterruptedException;

  /**
   * Says what {@link #stage} and its publication would do, and what stands in its way. Changes
   * nothing.
   *
   * @throws IOException if the captured data cannot be read
   */
  RestorePreview preview(RestoreTask task) throws IOException, InterruptedException;

  /**
   * Restores a capture beside its place. On return the copy is whole, verified and durable; what is
   * in its place is untouched.
   *
   * @throws io.tradingengine.backup.RestoreRefusedException if something stands in the way
   * @throws IOException if it failed; nothing is left of it unless the message says so
   */
  StagedRestore stage(RestoreTask task) throws IOException, InterruptedException;

  @Override
  void close();
}
