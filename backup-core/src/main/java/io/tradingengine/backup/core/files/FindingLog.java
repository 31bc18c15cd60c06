package io.tradingengine.backup.core.files;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Finding.Severity;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes findings about single files on, the first {@value #LIMIT} of each severity by name and the
 * rest as a number: a tree can hold millions of files. Not safe for concurrent use.
 */
final class FindingLog {
  private static final int LIMIT = 500;

  private final Consumer<Finding> out;
  private final Map<Severity, Long> counts = new EnumMap<>(Severity.class);

  FindingLog(Consumer<Finding> out) {
    this.out = out;
  }

  void info(Path path, String message) {
    add(Finding.info(RawNames.show(RawNames.of(path)), message));
  }

  void warning(Path path, String message, String hint) {
    add(Finding.warning(RawNames.show(RawNames.of(path)), message, hint));
  }

  /** Says that a path is not in the backup because {@code cause} came up when it was looked at. */
  void leftOut(Path path, IOException cause) {
    if (cause instanceof NoSuchFileException) {
      info(path, "vanished before it could be read, and is not in the backup");
    } else if (cause instanceof AccessDeniedException) {
      warning(
          path,
          "may not be read, and is not in the backup",
          "run the backup as a user who may read it, or exclude it");
    } else {
      warning(path, "is not in the backup: " + reason(cause), "see to its cause, or exclude it");
    }
  }

  /** Says how many findings were not passed on one by one. */
  void finish() {
    counts.forEach(
        (severity, count) -> {
          if (count > LIMIT) {
            String message = (count - LIMIT) + " more findings of this kind are not listed";
            out.accept(new Finding(severity, "files", message, ""));
          }
        });
  }

  /** What went wrong, without the path that Java puts before it. */
  static String reason(@Nullable IOException cause) {
    if (cause == null) {
      return "for an unknown reason";
    }
    String reason = cause instanceof FileSystemException e ? e.getReason() : null;
    return reason != null ? reason : String.valueOf(cause.getMessage());
  }

  private void add(Finding finding) {
    if (counts.merge(finding.severity(), 1L, Long::sum) <= LIMIT) {
      out.accept(finding);
    }
  }
}
