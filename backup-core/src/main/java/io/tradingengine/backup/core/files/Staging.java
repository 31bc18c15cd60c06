package io.tradingengine.backup.core.files;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestoreRefusedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A private folder on the target's file system in which a root is built before it takes its place.
 *
 * <p>It has a fixed name and holds a locked file. So two restores to one target cannot meet, and
 * what a killed one has left, its lock gone with it, is known for what it is and removed by the
 * next.
 */
final class Staging implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Staging.class);
  private static final String LOCK = "lock";
  private static final String TREE = "tree";
  private static final String REPLACED = "replaced";

  private final RootTarget root;
  private final Path folder;
  private final Deque<Path> madeParents;
  private final FileChannel lock;
  private final Optional<Finding> leftOver;

  private Staging(
      RootTarget root,
      Path folder,
      Deque<Path> madeParents,
      FileChannel lock,
      Optional<Finding> leftOver) {
    this.root = root;
    this.folder = folder;
    this.madeParents = madeParents;
    this.lock = lock;
    this.leftOver = leftOver;
  }

  /**
   * Makes the folder, and those above it that are missing.
   *
   * @param parentMode for those above, such as {@code rwxr-xr-x}
   * @throws RestoreRefusedException if another restore to this target is running, or something else
   *     has the folder's name
   */
  static Staging open(String source, RootTarget root, String parentMode) throws IOException {
    Path folder = root.stagingFolder();
    Deque<Path> made = new ArrayDeque<>();
    try {
      makeParents(Places.parent(folder), parentMode, made);
      boolean existed = false;
      try {
        createPrivateDirectory(folder);
      } catch (FileAlreadyExistsException e) {
        existed = true;
        checkOurs(source, folder);
      }
      FileChannel lock = lock(source, root, folder);
      Optional<Finding> leftOver = Optional.empty();
      if (existed) {
        clear(folder);
        leftOver =
            Optional.of(
                Finding.info(
                    source, "removed " + folder + ", which a restore that was killed had left"));
      }
      return new Staging(root, folder, made, lock, leftOver);
    } catch (IOException | RuntimeException e) {
      removeEmpty(made);
      throw e;
    }
  }

  /** Makes a folder that only the current user may enter, whatever the umask. */
  static void createPrivateDirectory(Path folder) throws IOException {
    createDirectory(folder, "rwx------");
  }

  private static void createDirectory(Path folder, String mode) throws IOException {
    // Created as private: a wider mode is given to what is already ours.
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
  }

  private static void makeParents(Path parent, String mode, Deque<Path> made) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path path = parent; !Places.exists(path); path = Places.parent(path)) {
      missing.push(path);
    }
    for (Path path : missing) {
      createDirectory(path, mode);
      made.push(path);
      Moves.sync(Places.parent(path));
    }
  }

  private static void checkOurs(String source, Path folder) throws IOException {
    boolean ours = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
    if (ours) {
      try (Stream<Path> children = Files.list(folder)) {
        ours =
            children
                .map(child -> RawNames.of(child.getName(child.getNameCount() - 1)))
                .allMatch(Set.of(LOCK, TREE, REPLACED)::contains);
      }
    }
    if (!ours) {
      throw new RestoreRefusedException(
          List.of(
              Finding.error(
                  source,
                  folder + " is in the way, and is not what a restore leaves behind",
                  "look at it and remove it")));
    }
  }

  private static FileChannel lock(String source, RootTarget root, Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve(LOCK),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      log.debug("{} is locked by this process: {}", folder, e.toString());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new RestoreRefusedException(
        List.of(
            Finding.error(
                source,
                "another restore to " + root.target() + " is running",
                "wait until it has ended")));
  }

  RootTarget root() {
    return root;
  }

  /** Where the root is built; a folder or a file. */
  Path tree() {
    return folder.resolve(TREE);
  }

  /** Where an empty folder that was in the target's place is put; removed with all else. */
  Path replaced() {
    return folder.resolve(REPLACED);
  }

  /** What an earlier restore had left here. */
  Optional<Finding> leftOver() {
    return leftOver;
  }

  /**
   * Takes back the folders made above the target, as far as they are empty. For failed restores.
   */
  void removeParents() throws IOException {
    removeEmpty(madeParents);
  }

  private static void removeEmpty(Deque<Path> folders) throws IOException {
    try {
      for (Path path : folders) {
        Files.deleteIfExists(path);
      }
    } catch (DirectoryNotEmptyException e) {
      log.debug("keeps a folder that is in use by now", e);
    }
  }

  /** Lets go of the folder as it is. */
  void abandon() {
    try {
      lock.close();
    } catch (IOException e) {
      log.warn("cannot unlock {}; the lock ends with this process", folder, e);
    }
  }

  /** Removes the folder with all in it. */
  @Override
  public void close() throws IOException {
    try (lock) {
      clear(folder);
      Files.deleteIfExists(folder.resolve(LOCK));
      Files.deleteIfExists(folder);
    }
  }

  private static void clear(Path folder) throws IOException {
    TreeRemoval.remove(folder.resolve(TREE));
    TreeRemoval.remove(folder.resolve(REPLACED));
  }
}
