package io.tradingengine.backup.core.redis;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A server's directory while it is restored: what is new is built in a hidden folder inside it,
 * which works for mount points, too, and moves up when it is whole. Not safe for concurrent use.
 */
final class RestoreFolder implements Closeable {
  private static final String STAGING = ".trading-engine.restoring";
  private static final String LOCK = "lock";
  private static final String ASIDE = ".before-restore-";
  private static final String LOST_AND_FOUND = "lost+found";
  private static final FileAttribute<?> FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path target;
  private final Optional<FileOwner> owner;

  /** Folders that were made for it, the outermost first. */
  private final List<Path> made = new ArrayList<>();

  /** Moves that were made, so that they can be unmade. */
  private final Deque<Move> moves = new ArrayDeque<>();

  private @Nullable FileChannel lock;
  private @Nullable Path aside;
  private boolean building;
  private boolean kept;

  private record Move(Path from, Path to) {}

  private RestoreFolder(Path target) throws IOException {
    this.target = target;
    this.owner = FileOwner.toGive(target);
  }

  /**
   * Makes the folder if it is not there, and a place in it to build what is new.
   *
   * @throws IOException if that fails; nothing is left of it
   */
  static RestoreFolder open(Path target) throws IOException {
    RestoreFolder folder = new RestoreFolder(target);
    try {
      folder.prepare();
      return folder;
    } catch (IOException | RuntimeException e) {
      closeAfter(folder, e);
      throw e;
    }
  }

  static void closeAfter(RestoreFolder folder, Throwable cause) {
    try {
      folder.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** What would be in the way. */
  static List<Path> occupants(Path folder) throws IOException {
    List<Path> occupants = new ArrayList<>();
    try (DirectoryStream<Path> stream =
        Files.newDirectoryStream(folder, child -> !stays(child.getFileName().toString()))) {
      stream.forEach(occupants::add);
    }
    return occupants;
  }

  private static boolean stays(String name) {
    return name.equals(STAGING) || name.equals(LOST_AND_FOUND) || name.startsWith(ASIDE);
  }

  /** Whether a restore into the folder is at work, rather than one that was killed. */
  static boolean isInUse(Path folder) throws IOException {
    Path file = folder.resolve(STAGING).resolve(LOCK);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock free = channel.tryLock()) {
      return free == null;
    } catch (OverlappingFileLockException e) {
      return true; // by this very process
    }
  }

  private void prepare() throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path path = target; path != null && !Files.exists(path); path = path.getParent()) {
      missing.push(path);
    }
    for (Path path : missing) {
      createFolder(path);
      made.add(path);
    }
    if (isInUse(target)) {
      throw new IOException("another restore into " + target + " is at work");
    }
    Path staging = staging();
    if (Files.isDirectory(staging, LinkOption.NOFOLLOW_LINKS)) {
      delete(staging); // of a restore that was killed
    }
    createFolder(staging);
    building = true;
    FileChannel channel = create(staging.resolve(LOCK));
    lock = channel;
    if (channel.tryLock() == null) {
      throw new IOException("another restore into " + target + " is at work");
    }
  }

  private Path staging() {
    return target.resolve(STAGING);
  }

  Path target() {
    return target;
  }

  Optional<FileOwner> owner() {
    return owner;
  }

  /** Where a path of the target is while it is built. */
  Path staged(Path path) {
    return staging().resolve(path);
  }

  /** Creates a file, and the folders that it is in. */
  FileChannel createFile(Path path) throws IOException {
    Path file = staged(path);
    Path folder = file.getParent();
    if (folder != null && !Files.exists(folder)) {
      createFolder(folder);
    }
    return create(file);
  }

  /** Creates a file with those bytes, durably. */
  void write(Path path, byte[] bytes) throws IOException {
    try (FileChannel channel = createFile(path)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  private void createFolder(Path path) throws IOException {
    Files.createDirectory(path, FOLDER);
    give(path);
  }

  private FileChannel create(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE);
    give(file);
    return channel;
  }

  private void give(Path path) throws IOException {
    if (owner.isPresent()) {
      owner.get().give(path);
    }
  }

  /**
   * Puts what was built in its place, and what was there aside.
   *
   * @param entry the file or folder to move up
   * @param time stands in the name of what is moved aside
   */
  void publish(Path entry, String time) throws IOException {
    Path staged = staged(entry);
    if (Files.isDirectory(staged)) {
      sync(staged);
    }
    List<Path> occupants = occupants(target);
    if (!occupants.isEmpty()) {
      Path folder = free(ASIDE + time);
      createFolder(folder);
      aside = folder;
      for (Path occupant : occupants) {
        move(occupant, folder.resolve(occupant.getFileName()));
      }
    }
    move(staged, target.resolve(entry));
    sync(target);
    for (Path path : made) {
      Path parent = path.getParent();
      if (parent != null) {
        sync(parent);
      }
    }
  }

  /** Where that which was there before has been moved. */
  Optional<Path> aside() {
    return Optional.ofNullable(aside);
  }

  /** Says that what was published stays. */
  void keep() {
    kept = true;
  }

  /** Takes everything back that was not kept, and removes what it was built in. */
  @Override
  public void close() throws IOException {
    if (!kept) {
      takeBack();
    }
    if (lock != null) {
      lock.close();
    }
    if (building) {
      delete(staging());
      building = false;
    }
    if (!kept) {
      for (int i = made.size() - 1; i >= 0; i--) {
        Files.deleteIfExists(made.get(i));
      }
    }
  }

  private void takeBack() throws IOException {
    while (!moves.isEmpty()) {
      Move move = moves.peek();
      Files.move(move.to(), move.from(), StandardCopyOption.ATOMIC_MOVE);
      moves.pop();
    }
    if (aside != null) {
      Files.deleteIfExists(aside);
      aside = null;
    }
  }

  private void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    moves.push(new Move(from, to));
  }

  private Path free(String wanted) {
    Path free = target.resolve(wanted);
    for (int i = 2; Files.exists(free, LinkOption.NOFOLLOW_LINKS); i++) {
      free = target.resolve(wanted + "-" + i);
    }
    return free;
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(path);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
