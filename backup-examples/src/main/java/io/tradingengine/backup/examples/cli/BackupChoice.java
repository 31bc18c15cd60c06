package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.RestoreRequest;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A backup as it is named on the command line.
 *
 * @param id which one; empty for the newest
 */
record BackupChoice(Optional<BackupId> id) {
  static final String LATEST = "latest";

  static BackupChoice latest() {
    return new BackupChoice(Optional.empty());
  }

  RestoreRequest request() {
    return id.map(RestoreRequest::of).orElseGet(RestoreRequest::latest);
  }

  /**
   * Which one that is.
   *
   * @throws BackupException if the newest is meant and there is none
   */
  BackupId resolve(BackupManager manager) {
    return id.orElseGet(() -> newest(manager.list()));
  }

  private static BackupId newest(List<BackupMetadata> backups) {
    if (backups.isEmpty()) {
      throw new BackupException("There is no backup yet", "take one with 'backup.jar full'", null);
    }
    return backups.get(backups.size() - 1).backupId();
  }

  /** Reads {@code latest} or a backup's id. */
  static final class Converter implements ITypeConverter<BackupChoice> {
    @Override
    public BackupChoice convert(String text) {
      return text.equals(LATEST)
          ? latest()
          : new BackupChoice(Optional.of(new IdConverter().convert(text)));
    }
  }

  /** Reads a backup's id. */
  static final class IdConverter implements ITypeConverter<BackupId> {
    @Override
    public BackupId convert(String text) {
      try {
        return BackupId.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
