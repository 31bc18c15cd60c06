package io.tradingengine.backup.core.destination;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * The folders of a repository: made when first needed, durable, removed when empty. Safe for
 * concurrent use.
 */
final class Folders {
  private final Path root;
  // What this instance has seen durable, so that each folder costs one sync and not one per object.
  private final Set<Path> durable = new HashSet<>();
  private boolean seen;

  Folders(Path root) {
    this.root = root;
    this.seen = Files.isDirectory(root);
  }

  /** The path itself or the first above it that exists. */
  static Path nearest(Path path) {
    Path nearest = path;
    for (Path above = path; above != null && !Files.exists(nearest); above = above.getParent()) {
      nearest = above;
    }
    return nearest;
  }

  /**
   * Makes the root, unless there is one.
   *
   * @throws IOException if it cannot be made, or was there before and has vanished: what is written
   *     to an empty mount point lands on another disk
   */
  synchronized void ensureRoot() throws IOException {
    if (Files.isDirectory(root)) {
      seen = true;
      return;
    }
    if (seen) {
      throw new IOException(root + " has vanished; is its disk still mounted?");
    }
    makeAll(root);
    seen = true;
  }

  private static void makeAll(Path folder) throws IOException {
    Path parent = folder.getParent();
    if (parent != null && !Files.exists(parent)) {
      makeAll(parent);
    }
    create(folder);
    if (parent != null) {
      PrivateFiles.sync(parent);
    }
  }

  /** Makes a folder and those above it; on return their entries are durable. */
  synchronized void ensure(Path folder) throws IOException {
    ensureRoot();
    make(folder);
  }

  private void make(Path folder) throws IOException {
    if (folder.equals(root) || durable.contains(folder)) {
      return;
    }
    Path parent = parentOf(folder);
    make(parent);
    create(folder);
    PrivateFiles.sync(parent);
    durable.add(folder);
  }

  private static void create(Path folder) throws IOException {
    try {
      PrivateFiles.createFolder(folder);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(folder + " stands in the way: it is no folder", e);
    }
  }

  /** Forgets what it knows of a folder and those above it, after another process removed one. */
  synchronized void forget(Path folder) {
    for (Path each = folder; !each.equals(root); each = parentOf(each)) {
      durable.remove(each);
    }
  }

  /**
   * Makes the removal of a file from {@code folder} durable, and removes the folders it empties.
   */
  synchronized void prune(Path folder) throws IOException {
    Path left = folder;
    while (!left.equals(root) && removeIfEmpty(left)) {
      durable.remove(left);
      left = parentOf(left);
    }
    if (Files.isDirectory(left)) {
      PrivateFiles.sync(left);
    }
  }

  private static boolean removeIfEmpty(Path folder) throws IOException {
    try {
      Files.delete(folder);
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    }
  }

  private Path parentOf(Path folder) {
    Path parent = folder.getParent();
    if (parent == null || !folder.startsWith(root)) {
      throw new IllegalArgumentException(folder + " does not lie below " + root);
    }
    return parent;
  }
}
