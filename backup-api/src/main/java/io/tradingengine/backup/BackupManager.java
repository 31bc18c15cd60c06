package io.tradingengine.backup;

import io.tradingengine.backup.spi.Providers;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Takes backups and lists them. Safe for concurrent use; of several runs in one repository one goes
 * ahead, and the others get a {@link RepositoryLockedException}.
 *
 * <p>Blocking calls answer to interruption with a {@link BackupCancelledException}. What a failed
 * or cancelled run has left behind is never listed and is removed by a later run.
 */
public interface BackupManager extends AutoCloseable {

  /**
   * A manager for that configuration. Opens its destinations and keys, and connects to no source
   * yet.
   *
   * @throws BackupException if the engine, a key or a destination cannot be had
   */
  static BackupManager create(BackupConfig config) {
    return Providers.engine().backupManager(config);
  }

  /**
   * Looks for whatever would stop a backup, in all sources, and changes nothing.
   *
   * @return what was found; a backup starts only if none of it is an error. What stands in the way
   *     of an optional source is a warning, as long as there are others
   */
  List<Finding> check();

  /**
   * Takes a full backup. Returns when all of it is durable in every destination. The sources are
   * captured on threads of their own, several at the same time. One that fails stops the others and
   * fails the backup, unless it is optional: then {@link BackupMetadata#missing()} names it.
   *
   * @throws PreflightException if something that it needs is missing; nothing was written
   * @throws RepositoryLockedException if another run is at work
   * @throws BackupCancelledException if the thread was interrupted or this manager closed
   * @throws BackupException if it failed; nothing was published
   */
  BackupMetadata createFullBackup();

  /**
   * Takes a full backup on a thread of its own. The future fails with what {@link
   * #createFullBackup()} throws; cancelling it stops the run.
   */
  CompletableFuture<BackupMetadata> createFullBackupAsync();

  /**
   * The finished backups, oldest first.
   *
   * @throws BackupException if the repository cannot be read
   */
  List<BackupMetadata> list();

  /**
   * Finished backups that {@link #list()} cannot show, because their manifest is not what was
   * written.
   *
   * @return an error for each; empty if all is well
   * @throws BackupException if the repository cannot be read
   */
  List<Finding> damaged();

  /**
   * One finished backup.
   *
   * @throws BackupException if there is none of that name, naming those there are
   */
  BackupMetadata show(BackupId id);

  /** Stops what runs, leaves nothing half published, and lets go of everything. */
  @Override
  void close();
}
