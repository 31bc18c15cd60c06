package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Removes trees that belong to a restore; links are removed, not followed. */
final class TreeRemoval extends SimpleFileVisitor<Path> {
  private static final Set<PosixFilePermission> ALL = PosixFilePermissions.fromString("rwx------");

  private TreeRemoval() {}

  /** Removes {@code path} with all below it, if it is there. */
  static void remove(Path path) throws IOException {
    if (Places.exists(path)) {
      Files.walkFileTree(path, new TreeRemoval());
    }
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
      throws IOException {
    // The restored mode may forbid to remove what is inside.
    Files.setPosixFilePermissions(folder, ALL);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    Files.delete(file);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path path, IOException cause) throws IOException {
    boolean closedFolder =
        cause instanceof AccessDeniedException
            && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
            && !Files.isReadable(path);
    if (!closedFolder) {
      throw cause;
    }
    Files.setPosixFilePermissions(path, ALL);
    remove(path);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException cause)
      throws IOException {
    if (cause != null) {
      throw cause;
    }
    Files.delete(folder);
    return FileVisitResult.CONTINUE;
  }
}
