package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts a restored folder in the place of a mount point. That cannot be renamed, so its content is
 * exchanged, name by name, and older content goes into a folder inside it.
 */
final class ContentSwap {
  /** The staging folder inside a mount point. */
  static final String STAGING = ".trading-engine.restoring";

  /** What older data is called from then on, followed by the time. */
  static final String ASIDE = ".before-restore-";

  private static final int PRIVATE = 0700;

  /** What file systems bring along. */
  private static final String LOST_AND_FOUND = "lost+found";

  private final Staging staging;
  private final FileStat folder;

  /** Before anything is moved: that changes the staged folder's own time. */
  ContentSwap(Staging staging) throws IOException {
    this.staging = staging;
    this.folder = FileStat.of(staging.tree());
  }

  /** Whether a child of a mount point is left where it is. */
  static boolean stays(Path child) {
    String name = RawNames.of(child.getName(child.getNameCount() - 1));
    return name.equals(STAGING) || name.equals(LOST_AND_FOUND) || name.startsWith(ASIDE);
  }

  /** Exchanges the content; returns where the older one is. */
  Optional<Path> place(String time, Moves moves) throws IOException {
    Path target = staging.root().target();
    if (folder.kind() != FileStat.Kind.DIRECTORY) {
      throw new IOException(
          target + " is a mount point, and a file cannot take its place: unmount it first");
    }
    Optional<Path> aside = Optional.empty();
    List<Path> older = children(target);
    if (!older.isEmpty()) {
      Path other = Places.firstFree(number -> target.resolve(ASIDE + time + number));
      moves.makeFolder(other);
      for (Path child : older) {
        moves.move(child, other.resolve(lastName(child)));
      }
      aside = Optional.of(other);
    }
    // Its own mode may forbid to take things out of it, and is given to the target later.
    Files.setAttribute(staging.tree(), "unix:mode", PRIVATE);
    for (Path child : children(staging.tree())) {
      moves.move(child, target.resolve(lastName(child)));
    }
    return aside;
  }

  /** Gives the mount point the restored folder's owner, time and mode, once all is in its place. */
  void finish(Ownership ownership) throws IOException {
    Path target = staging.root().target();
    ownership.apply(
        target,
        new Member(
            staging.root().member(),
            Member.Type.DIRECTORY,
            folder.mode(),
            folder.uid(),
            folder.gid(),
            folder.modified(),
            0,
            ""));
    Moves.sync(target);
  }

  private static List<Path> children(Path folder) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, child -> !stays(child))) {
      stream.forEach(children::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return children;
  }

  private static Path lastName(Path path) {
    return path.getName(path.getNameCount() - 1);
  }
}
