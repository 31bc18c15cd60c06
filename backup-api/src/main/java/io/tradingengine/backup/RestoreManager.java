package io.tradingengine.backup;

import io.tradingengine.backup.spi.Providers;
import java.nio.file.Path;
import java.util.List;

/**
 * Restores backups: first a plan, which changes nothing, then its execution. Needs no running
 * store; the repository and the secret key are enough. Safe for concurrent use.
 */
public interface RestoreManager extends AutoCloseable {

  /**
   * A manager for that configuration.
   *
   * @throws BackupException if the engine, a key or a destination cannot be had
   */
  static RestoreManager create(BackupConfig config) {
    return Providers.engine().restoreManager(config);
  }

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
   * Says what a restore would do: which backup, what goes where, how much, how long, and what
   * stands in the way. Checks that every object is there, and that the key decrypts. Changes
   * nothing.
   *
   * @throws IntegrityException if the backup's manifest is not what was written
   * @throws BackupException if there is no such backup, or it has no such source
   */
  RestorePlan plan(RestoreRequest request);

  /**
   * Does what the plan says. Returns when all of it is durable.
   *
   * @throws RestoreRefusedException if something stands in the way; nothing was touched
   * @throws IntegrityException if a stored object is not what was written
   * @throws BackupCancelledException if the thread was interrupted or this manager closed
   * @throws BackupException if it failed; the message says in which state the targets were left
   */
  RestoreReport execute(RestorePlan plan);

  /**
   * Starts a restored server, follows its recovery, and returns when it is open, or has stopped
   * where it was to. The report of the restore has the commands that do so by hand.
   *
   * @throws BackupException if there is no such source, or the server does not start; the message
   *     says what its log said last
   */
  StartedServer start(ServerStart start);

  /**
   * Gets one file of PostgreSQL's log back, for a server that asks for it by itself with {@code
   * restore_command}. The file is whole, verified and durable on return, or not there.
   *
   * @param name the file's name, such as {@code 000000010000000000000003}
   * @param into where it is to stand, in the {@code pg_wal} of the server
   * @return whether it is archived; false only if every destination could be asked
   * @throws IntegrityException if no destination has it whole
   * @throws BackupException if it cannot be had, or nobody knows whether it is there
   */
  boolean fetchWal(String name, Path into);

  /**
   * As {@link #fetchWal(String, Path)}, where several sources are PostgreSQL servers.
   *
   * @param source the source's name
   */
  boolean fetchWal(String source, String name, Path into);

  /** Stops what runs and lets go of everything. */
  @Override
  void close();
}
