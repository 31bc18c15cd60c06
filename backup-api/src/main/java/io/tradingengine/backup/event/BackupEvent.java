package io.tradingengine.backup.event;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import java.time.Duration;
import java.util.OptionalLong;

/** Something that happened in a run. */
public sealed interface BackupEvent {

  /** Which kind of work a run does. */
  enum Operation {
    BACKUP,
    RESTORE
  }

  /** The kind of work. */
  Operation operation();

  /** The backup that is taken or restored. */
  BackupId backupId();

  /** A run has begun. */
  record RunStarted(Operation operation, BackupId backupId) implements BackupEvent {}

  /** The capture or restore of a source has begun. */
  record SourceStarted(Operation operation, BackupId backupId, String source)
      implements BackupEvent {}

  /**
   * A source has got further. Sent at most a few times a second.
   *
   * @param done plain bytes so far
   * @param expected plain bytes in all, where that is known; an estimate
   */
  record Progress(
      Operation operation, BackupId backupId, String source, long done, OptionalLong expected)
      implements BackupEvent {}

  /** Something was found that does not stop the run. */
  record Found(Operation operation, BackupId backupId, Finding finding) implements BackupEvent {}

  /**
   * A source is through.
   *
   * @param bytes plain bytes
   */
  record SourceFinished(
      Operation operation, BackupId backupId, String source, long bytes, Duration duration)
      implements BackupEvent {}

  /**
   * An optional source is not going to be in the backup, and the run goes on without it.
   *
   * @param reason why it could not be captured
   */
  record SourceLeftOut(Operation operation, BackupId backupId, String source, String reason)
      implements BackupEvent {}

  /** The run has succeeded: everything is durable. */
  record RunSucceeded(Operation operation, BackupId backupId, Duration duration)
      implements BackupEvent {}

  /** The run has failed; nothing was published. */
  record RunFailed(Operation operation, BackupId backupId, String reason) implements BackupEvent {}
}
