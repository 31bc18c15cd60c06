package io.tradingengine.backup.core.postgres;

import java.util.Optional;

/** How PostgreSQL names a file that holds changed blocks only. */
final class IncrementalName {
  private static final String PREFIX = "INCREMENTAL.";

  private IncrementalName() {}

  /** The name of the file that holds the changed blocks of {@code path}. */
  static String of(String path) {
    int name = path.lastIndexOf('/') + 1;
    return path.substring(0, name) + PREFIX + path.substring(name);
  }

  /** The file whose changed blocks {@code path} holds; empty if it is a whole file. */
  static Optional<String> original(String path) {
    int name = path.lastIndexOf('/') + 1;
    return path.startsWith(PREFIX, name)
        ? Optional.of(path.substring(0, name) + path.substring(name + PREFIX.length()))
        : Optional.empty();
  }
}
