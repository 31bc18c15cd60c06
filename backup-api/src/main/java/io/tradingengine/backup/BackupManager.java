package io.tradingengine.backup;

import io.tradingengine.backup.spi.Providers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
   * Looks for whatever would stop a backup, in all sources and destinations, and changes nothing.
   *
   * @return what was found; a backup starts only if none of it is an error. What stands in the way
   *     of an optional source is a warning, as long as there are others
   */
  List<Finding> check();

  /**
   * Takes a full backup. Returns when all of it is durable in every required destination, and in
   * each best-effort one that took it in time; a finding names each that did not. If a required one
   * did not take it, the backup has failed, though others may hold it: the message says which. The
   * sources are captured on threads of their own, several at the same time. One that fails stops
   * the others and fails the backup, unless it is optional: then {@link BackupMetadata#missing()}
   * names it.
   *
   * @throws PreflightException if something that it needs is missing; nothing was written
   * @throws RepositoryLockedException if another run is at work
   * @throws BackupCancelledException if the thread was interrupted or this manager closed
   * @throws LeaseLostException if this run paused for so long that another may have begun
   * @throws BackupException if it failed; nothing was published, unless the message names where
   */
  BackupMetadata createFullBackup();

  /**
   * Takes a full backup on a thread of its own. The future fails with what {@link
   * #createFullBackup()} throws; cancelling it stops the run.
   */
  CompletableFuture<BackupMetadata> createFullBackupAsync();

  /**
   * Takes a backup of what has changed since the newest one that is whole. It builds on that one,
   * and cannot be restored without it. A full backup is taken instead, and a finding says why, if
   * there is nothing to build on, if the last full backup is older than {@link
   * IncrementalOptions#fullEvery()}, or if a source cannot build on what it gave then.
   *
   * @throws BackupException as {@link #createFullBackup()} does; also if an incremental one cannot
   *     be taken and {@link IncrementalOptions#otherwise()} says that no full one is to be
   */
  BackupMetadata createIncrementalBackup();

  /**
   * Takes an incremental backup on a thread of its own. The future fails with what {@link
   * #createIncrementalBackup()} throws; cancelling it stops the run.
   */
  CompletableFuture<BackupMetadata> createIncrementalBackupAsync();

  /**
   * Makes a full backup of the newest incremental one and all that it builds on, from what the
   * destinations hold: no source is connected to. It holds the state of that backup, and is dated
   * as that one is; the next incremental backup builds on it, so that chains stay short. The
   * backups that it was made of stay as they are, until retention removes them. Needs the secret
   * key.
   *
   * <p>Returns when it is published, as {@link #createFullBackup()} does. If it fails, or the
   * process ends, nothing is published, and what was there before is as it was.
   *
   * @return the new backup; empty if the newest one is a full one already
   * @throws RepositoryLockedException if another run is at work
   * @throws BackupCancelledException if the thread was interrupted or this manager closed
   * @throws LeaseLostException if this run paused for so long that another may have begun
   * @throws IntegrityException if an object that it reads is whole in no destination; the message
   *     names it
   * @throws BackupException if there is no backup or no secret key, or the merge failed; nothing
   *     was published, unless the message names where
   */
  Optional<BackupMetadata> merge();

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

  /**
   * Brings destinations up to date: copies the backups that others have, completes those of which
   * objects are missing, and replaces damaged objects from a copy that is whole. A destination gets
   * what its retention keeps, and no more. Interrupted or failed, it goes on from there the next
   * time.
   *
   * @return what was done; also tells what could not be
   * @throws RepositoryLockedException if another run is at work
   * @throws BackupException if a destination is not configured, or none can be read
   */
  ReplicationReport replicate(ReplicationRequest request);

  /**
   * Says what retention would remove now, from every destination that has a policy, and why.
   * Removes nothing.
   *
   * @throws BackupException if no destination has a policy, or one cannot be read
   */
  ExpiryPlan planExpiry();

  /**
   * Removes what the plan says, as far as a plan that is made anew under the lock says so, too:
   * what is needed by then stays. Each backup is marked first, and its manifest goes before its
   * data, so that a half-removed one is never listed.
   *
   * @return what was removed; also tells what could not be
   * @throws RepositoryLockedException if another run is at work
   * @throws BackupException if a destination cannot be read
   */
  ExpiryReport expire(ExpiryPlan plan);

  /**
   * Keeps a backup whatever the retention policy says, in every destination that holds it.
   *
   * @param reason why, for whoever wonders later
   * @throws BackupException if there is none of that name
   */
  void pin(BackupId id, String reason);

  /**
   * Leaves a backup to the retention policy again. Unpinning one that is not pinned does nothing.
   *
   * @throws BackupException if a destination cannot be written
   */
  void unpin(BackupId id);

  /**
   * Begins to archive: follows every source that sends its changes, ships them to all destinations
   * and takes recovery points, on threads of its own, until the handle or this manager is closed.
   * Backups may be taken meanwhile. A source or a destination that is not there yet does not keep
   * it from beginning.
   *
   * @throws BackupException if the configuration has no section {@code archiving}, no source can be
   *     followed, the spool belongs to another system or process, or this manager archives already
   */
  Archiving startArchiving();

  /**
   * Names this moment, which the caller knows to be consistent, so that a restore can go to it.
   * Files are looked through and state callbacks called for it. Returns when every required
   * destination has the point and all that it needs.
   *
   * @param name letters, digits, spaces and punctuation, at most 63 characters; one that is used
   *     again means its last use
   * @throws BackupException if this manager is not archiving, or a source or a required destination
   *     does not keep up for a minute; the point is published later then, if it can be
   */
  RecoveryPoint markRecoveryPoint(String name);

  /**
   * The recovery points that the destinations hold, oldest first. Needs the secret key.
   *
   * @param since no earlier ones
   * @param until no later ones
   * @throws BackupException if no destination can be read, or there is no secret key
   */
  List<RecoveryPoint> recoveryPoints(Instant since, Instant until);

  /**
   * Archives one file of PostgreSQL's log, for a server that hands it over by itself with {@code
   * archive_command}. Returns when every required destination has it. A file that is archived
   * already, with the same bytes, is left as it is.
   *
   * @param file as the server names it, in its own {@code pg_wal}
   * @return a warning for each best-effort destination that did not take it
   * @throws BackupException if not exactly one source is a PostgreSQL server, it is no file of a
   *     log, another file of that name is archived, or a required destination did not take it
   */
  List<Finding> archiveWal(Path file);

  /**
   * As {@link #archiveWal(Path)}, where several sources are PostgreSQL servers.
   *
   * @param source the source's name
   */
  List<Finding> archiveWal(String source, Path file);

  /** Stops what runs, leaves nothing half published, and lets go of everything. */
  @Override
  void close();
}
