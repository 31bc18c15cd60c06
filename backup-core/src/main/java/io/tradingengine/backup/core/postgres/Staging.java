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
  private final Path folder;
  private final FileChannel marker;

  /** Moves that were made, so that they can be unmade. */
  private final Deque<Move> moves = new ArrayDeque<>();

  private @Nullable Path aside;
  private boolean published;

  private record Move(Path from, Path to) {}

  private Staging(RestorePlace place, FileRights rights, Path folder, FileChannel marker) {
    this.place = place;
    this.rights = rights;
    this.folder = folder;
    this.marker = marker;
  }

  /** Begins one. */
  static Staging create(RestorePlace place, String id, FileRights rights) throws IOException {
    rights.createFolders(place.container());
    Path folder = place.staging(id);
    rights.createFolder(folder);
    FileChannel marker = rights.createFile(folder.resolve(MARKER));
    marker.lock();
    return new Staging(place, rights, folder, marker);
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
  }

  /** Lets go; removes the folder if it was not published. */
  @Override
  public void close() throws IOException {
    marker.close();
    if (!published && moves.isEmpty() && Files.isDirectory(folder)) {
      delete(folder);
    }
  }

  private void replace(String time) throws IOException {
    Path target = place.target();
    if (!place.occupants().isEmpty()) {
      Path to = free(target.resolveSibling(target.getFileName() + BEFORE + time));
      move(target, to);
      aside = to;
    }
    move(folder, target); // takes the place of an empty folder, too
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

  private static Path free(Path wanted) {
    Path free = wanted;
    for (int i = 2; Files.exists(free, LinkOption.NOFOLLOW_LINKS); i++) {
      free = wanted.resolveSibling(wanted.getFileName() + "-" + i);
    }
    return free;
  }
}
