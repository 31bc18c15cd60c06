package io.tradingengine.backup.core.postgres;

import java.io.IOException;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder under construction, which takes its target's place when it is done. While it is built, a
 * marker in it is locked, so that others can tell a restore at work from the left-over of one that
 * was killed. Not safe for concurrent use.
 */
final class Staging implements AutoCloseable {
  private static final String MARKER = "restore-in-progress";
  private static final String BEFORE = ".before-restore-";

  private final RestorePlace place;
  private final FileRights rights;
  private final ParentFolders parents;
  private final FileChannel marker;
  private final Path folder;

  /** Moves that were made, so that they can be unmade. */
  private final Deque<Move> moves = new ArrayDeque<>();

  private @Nullable Path aside;

  /** Where the empty folder is that was in the place before. */
  private @Nullable Path replaced;

  private boolean published;

  private record Move(Path from, Path to) {}

  private Staging(
      RestorePlace place,
      FileRights rights,
      ParentFolders parents,
      FileChannel marker,
      Path folder) {
    this.place = place;
    this.rights = rights;
    this.parents = parents;
    this.marker = marker;
    this.folder = folder;
  }

  /** Begins one, and makes the folders above it that are missing. Leaves nothing if it fails. */
  static Staging create(RestorePlace place, String id, FileRights rights) throws IOException {
    ParentFolders parents = ParentFolders.create(place.container(), rights);
    Path folder = place.staging(id);
    try {
      return new Staging(place, rights, parents, begin(folder, rights), folder);
    } catch (IOException | RuntimeException e) {
      parents.removeAfter(e);
      throw e;
    }
  }

  /** Makes the folder with its marker, which is locked from then on. */
  @SuppressWarnings("try") // a marker that is not locked is closed, not used
  private static FileChannel begin(Path folder, FileRights rights) throws IOException {
    rights.createFolder(folder);
    FileChannel marker = null;
    try {
      marker = rights.createFile(folder.resolve(MARKER));
      // Nobody else can have it. Waiting for a lock would end in an odd exception if interrupted.
      if (marker.tryLock() == null) {
        throw new IOException("'" + folder.resolve(MARKER) + "' cannot be locked");
      }
      return marker;
    } catch (IOException | RuntimeException e) {
      try (FileChannel unlocked = marker) {
        delete(folder);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /** Whether the restore that makes {@code folder} is at work. */
  static boolean isAlive(Path folder) throws IOException {
    Path file = folder.resolve(MARKER);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true; // by this very process
    }
  }

  /** Removes a folder and what is in it; links in it are not followed. */
  static void delete(Path folder) throws IOException {
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

  Path folder() {
    return folder;
  }

  RestorePlace place() {
    return place;
  }

  /** Where that which was in the place before has been moved. */
  Optional<Path> aside() {
    return Optional.ofNullable(aside);
  }

  /**
   * Puts the finished folder in its place, and what was there aside.
   *
   * @param time stands in the name of what is moved aside
   * @param last the entry that comes last, where entries move one by one
   */
  void publish(String time, String last) throws IOException {
    Files.delete(folder.resolve(MARKER));
    Durable.sync(folder);
    switch (place.manner()) {
      case BESIDE -> replace(time);
      case INSIDE -> moveUp(time, last);
    }
    Durable.sync(place.container());
    parents.sync();
    published = true;
  }

  /** Unmakes what {@link #publish} has done, as far as it got. */
  void unpublish() throws IOException {
    published = false;
    if (!moves.isEmpty() && place.manner() == RestorePlace.Manner.INSIDE) {
      Files.createDirectories(folder);
    }
    while (!moves.isEmpty()) {
      Move move = moves.peek();
      Files.move(move.to(), move.from(), StandardCopyOption.ATOMIC_MOVE);
      moves.pop();
    }
    if (aside != null) {
      Files.deleteIfExists(aside);
      aside = null;
    }
    replaced = null;
  }

  /**
   * Lets go. If it was not published, removes the folder, and those above it that were made for it.
   */
  @Override
  public void close() throws IOException {
    marker.close();
    if (published) {
      if (replaced != null) {
        Files.deleteIfExists(replaced);
      }
    } else if (moves.isEmpty()) {
      if (Files.isDirectory(folder)) {
        delete(folder);
      }
      parents.remove();
    }
  }

  private void replace(String time) throws IOException {
    Path target = place.target();
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      Path to = free(target.resolveSibling(target.getFileName() + BEFORE + time));
      move(target, to);
      if (isEmpty(to)) {
        replaced = to;
      } else {
        aside = to;
      }
    }
    move(folder, target);
  }

  private void moveUp(String time, String last) throws IOException {
    List<Path> occupants = place.occupants();
    if (!occupants.isEmpty()) {
      Path to = free(place.target().resolve("before-restore-" + time));
      rights.createFolder(to);
      aside = to;
      for (Path occupant : occupants) {
        move(occupant, to.resolve(occupant.getFileName()));
      }
    }
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    }
    entries.sort(Comparator.comparing((Path entry) -> entry.endsWith(last)));
    for (Path entry : entries) {
      move(entry, place.target().resolve(entry.getFileName()));
    }
    Durable.sync(place.target());
    Files.delete(folder);
    rights.apply(place.target());
  }

  private void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    moves.push(new Move(from, to));
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private static Path free(Path wanted) {
    Path free = wanted;
    for (int i = 2; Files.exists(free, LinkOption.NOFOLLOW_LINKS); i++) {
      free = wanted.resolveSibling(wanted.getFileName() + "-" + i);
    }
    return free;
  }
}
