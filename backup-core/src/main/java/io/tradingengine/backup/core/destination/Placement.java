package io.tradingengine.backup.core.destination;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** How a finished file gets its final name without ever replacing another. */
enum Placement {
  /** By a hard link, which the kernel refuses where the name is taken; else by renaming. */
  LINK {
    @Override
    void place(Path temporary, Path target) throws IOException {
      try {
        Files.createLink(target, temporary);
      } catch (FileAlreadyExistsException | NoSuchFileException e) {
        throw e;
      } catch (UnsupportedOperationException | FileSystemException e) {
        // Not every file system knows hard links (FAT, some network mounts). If something else is
        // wrong, such as a full disk, renaming fails of it too and says so.
        RENAME.place(temporary, target);
      }
    }
  },

  /**
   * By renaming, for file systems without hard links. A rename would replace what is there, so
   * looking and renaming go under one monitor; between processes it is the repository's lock that
   * keeps writers apart.
   */
  RENAME {
    @Override
    synchronized void place(Path temporary, Path target) throws IOException {
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }
  };

  /**
   * Gives {@code temporary} the name {@code target}; the old name may remain.
   *
   * @throws FileAlreadyExistsException if the name is taken
   * @throws NoSuchFileException if the target's folder or the temporary file is not there
   */
  abstract void place(Path temporary, Path target) throws IOException;
}
