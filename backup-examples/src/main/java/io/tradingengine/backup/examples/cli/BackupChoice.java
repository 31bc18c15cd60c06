package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.RestoreRequest;
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

  /** Reads {@code latest} or a backup's id. */
  static final class Converter implements ITypeConverter<BackupChoice> {
    @Override
    public BackupChoice convert(String text) {
      if (text.equals(LATEST)) {
        return latest();
      }
      try {
        return new BackupChoice(Optional.of(BackupId.parse(text)));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
