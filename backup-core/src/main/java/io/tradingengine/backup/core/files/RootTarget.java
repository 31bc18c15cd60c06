package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Where one root of a capture goes.
 *
 * @param member the raw name of its member in the archive
 * @param target where it goes
 * @param bytes what it takes up, in bytes
 * @param occupant what is there now
 * @param mountPoint whether a file system is mounted there, so that it cannot be renamed
 */
record RootTarget(String member, Path target, long bytes, Occupant occupant, boolean mountPoint) {

  /** What is at a target. */
  enum Occupant {
    NOTHING,
    EMPTY_FOLDER,
    CONTENT;

    /** Looks. What {@link ContentSwap} leaves in its place counts as nothing. */
    static Occupant of(Path target) throws IOException {
      if (!Places.exists(target)) {
        return NOTHING;
      }
      if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
        return CONTENT;
      }
      try (DirectoryStream<Path> children =
          Files.newDirectoryStream(target, child -> !ContentSwap.stays(child))) {
        return children.iterator().hasNext() ? CONTENT : EMPTY_FOLDER;
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
  }

  /** Where it is built: beside the target, or inside it where it is a mount point. */
  Path stagingFolder() {
    return mountPoint
        ? target.resolve(ContentSwap.STAGING)
        : RawNames.beside(target, ".", ".restoring");
  }
}
