package io.tradingengine.backup.core.postgres;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A folder that a restore is to bring about, and how. Immutable.
 *
 * @param target the folder
 * @param manner how the finished copy gets there
 */
record RestorePlace(Path target, Manner manner) {
  static final String RESTORING = ".restoring-";

  /** Of the file system, not of any user. */
  private static final Set<String> IGNORED = Set.of("lost+found");

  /** How a finished copy gets to its place. */
  enum Manner {
    /** Built beside the target under another name, which then takes the target's in one step. */
    BESIDE,
    /**
     * Built in a folder inside the target, whose entries then move up, the one that a server looks
     * for first moving last: for a target that is a mount point, or in a folder that is not ours.
     */
    INSIDE
  }

  /** The place for a folder, which need not be there. Links on the way to it are followed. */
  static RestorePlace of(Path folder) throws IOException {
    Path target = resolve(folder.toAbsolutePath().normalize());
    boolean fixed =
        Files.isDirectory(target)
            && (MountPoints.contain(target) || !Files.isWritable(parent(target)));
    return new RestorePlace(target, fixed ? Manner.INSIDE : Manner.BESIDE);
  }

  /** Where the copy is built. */
  Path staging(String id) {
    return container().resolve(target.getFileName() + RESTORING + id);
  }

  /** The folder in which names change. */
  Path container() {
    return manner == Manner.INSIDE ? target : parent(target);
  }

  /** What is there already, without what interrupted restores have left. */
  List<Path> occupants() throws IOException {
    List<Path> occupants = new ArrayList<>();
    if (Files.isDirectory(target)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
        for (Path entry : entries) {
          String name = entry.getFileName().toString();
          if (!IGNORED.contains(name) && !(manner == Manner.INSIDE && isLeftOver(name))) {
            occupants.add(entry);
          }
        }
      }
    }
    return occupants;
  }

  /**
   * What interrupted restores into this place have left, and what one that still runs is making.
   */
  List<Path> stagings() throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(container())) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(container())) {
        for (Path entry : entries) {
          if (isLeftOver(entry.getFileName().toString()) && !Files.isSymbolicLink(entry)) {
            found.add(entry);
          }
        }
      }
    }
    return found;
  }

  private boolean isLeftOver(String name) {
    return name.startsWith(target.getFileName() + RESTORING);
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }

  private static Path resolve(Path path) throws IOException {
    Path existing = Owner.existing(path);
    return existing.toRealPath().resolve(existing.relativize(path)).normalize();
  }
}
