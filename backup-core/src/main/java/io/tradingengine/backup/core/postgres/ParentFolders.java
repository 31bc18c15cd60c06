package io.tradingengine.backup.core.postgres;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders above a target that were not there, so that a restore that fails can take them back.
 * Not safe for concurrent use.
 */
final class ParentFolders {
  private static final Logger log = LoggerFactory.getLogger(ParentFolders.class);

  /** Those made, the innermost first. */
  private final Deque<Path> made = new ArrayDeque<>();

  private ParentFolders() {}

  /** Makes {@code folder} and those above it, as far as they are not there; all or none. */
  static ParentFolders create(Path folder, FileRights rights) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path path = folder; path != null && !Files.isDirectory(path); path = path.getParent()) {
      missing.push(path);
    }
    ParentFolders parents = new ParentFolders();
    try {
      for (Path path : missing) {
        rights.createFolder(path);
        parents.made.push(path);
      }
      return parents;
    } catch (IOException | RuntimeException e) {
      parents.removeAfter(e);
      throw e;
    }
  }

  /** Makes the names of those made durable. */
  void sync() throws IOException {
    for (Path path : made) {
      Path parent = path.getParent();
      if (parent != null) {
        Durable.sync(parent);
      }
    }
  }

  /** Removes those made, as far as nothing else is in them. */
  void remove() throws IOException {
    try {
      for (Path path : made) {
        Files.deleteIfExists(path);
      }
    } catch (DirectoryNotEmptyException e) {
      log.debug("keeps a folder that is in use by now", e);
    }
  }

  /** The same after a failure, to which is added what could not be removed. */
  void removeAfter(Throwable failure) {
    try {
      remove();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
