package io.tradingengine.backup.core.postgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Makes files and folders with the modes and the owner that a PostgreSQL server wants, whatever the
 * umask: for the owner alone, or readable to the group where the backup's were. Immutable.
 *
 * @param file the mode of files
 * @param folder the mode of folders
 * @param owner who they are given to; empty leaves them to the user who runs this
 */
record FileRights(
    Set<PosixFilePermission> file, Set<PosixFilePermission> folder, Optional<Owner> owner) {

  FileRights {
    file = Set.copyOf(file);
    folder = Set.copyOf(folder);
  }

  static FileRights of(boolean groupReads, Optional<Owner> owner) {
    return new FileRights(
        PosixFilePermissions.fromString(groupReads ? "rw-r-----" : "rw-------"),
        PosixFilePermissions.fromString(groupReads ? "rwxr-x---" : "rwx------"),
        owner);
  }

  /** Makes a file that was not there, and opens it for writing. */
  FileChannel createFile(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(file));
    try {
      Files.setPosixFilePermissions(path, file);
      give(path);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Makes a folder that was not there; leaves none if it cannot be given mode and owner. */
  void createFolder(Path path) throws IOException {
    Files.createDirectory(path, PosixFilePermissions.asFileAttribute(folder));
    try {
      apply(path);
    } catch (IOException | RuntimeException e) {
      Files.delete(path);
      throw e;
    }
  }

  /** Gives a folder that is there the mode and the owner. */
  void apply(Path path) throws IOException {
    Files.setPosixFilePermissions(path, folder);
    give(path);
  }

  /** Makes a folder and those above it, as far as they are not there. */
  void createFolders(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Path parent = path.getParent();
      if (parent != null) {
        createFolders(parent);
      }
      createFolder(path);
    }
  }

  /** Makes a symbolic link. */
  void createLink(Path path, Path target) throws IOException {
    Files.createSymbolicLink(path, target);
    give(path);
  }

  private void give(Path path) throws IOException {
    if (owner.isPresent()) {
      owner.get().give(path);
    }
  }
}
