package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/** Renames things, and can take all of it back. Not safe for concurrent use. */
final class Moves {
  private static final int OWNER_MAY_WRITE = 0200;

  private final Deque<Move> done = new ArrayDeque<>();
  private final Deque<Path> madeFolders = new ArrayDeque<>();

  private record Move(Path from, Path to) {}

  /** Renames within a file system; never replaces. */
  void move(Path from, Path to) throws IOException {
    if (Places.exists(to)) {
      throw new FileAlreadyExistsException(to.toString());
    }
    rename(from, to);
    done.push(new Move(from, to));
  }

  private static void rename(Path from, Path to) throws IOException {
    FileStat stat = FileStat.of(from);
    // A folder that gets another parent is written to itself, which its mode may forbid.
    boolean closed = stat.kind() == FileStat.Kind.DIRECTORY && !Files.isWritable(from);
    if (!closed) {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Path now = from;
    Files.setAttribute(from, "unix:mode", stat.mode() | OWNER_MAY_WRITE);
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      now = to;
    } finally {
      Files.setAttribute(now, "unix:mode", stat.mode());
    }
  }

  /** Makes a private folder to move things into. */
  void makeFolder(Path folder) throws IOException {
    Staging.createPrivateDirectory(folder);
    madeFolders.push(folder);
  }

  /** Makes all moves durable. */
  void sync() throws IOException {
    Set<Path> folders = new LinkedHashSet<>();
    for (Move move : done) {
      folders.add(Places.parent(move.to()));
      folders.add(Places.parent(move.from()));
    }
    for (Path folder : folders) {
      sync(folder);
    }
  }

  /**
   * Takes all moves back, the last one first.
   *
   * @throws IOException if one could not be; says what is where
   */
  void undo() throws IOException {
    while (!done.isEmpty()) {
      Move move = done.pop();
      try {
        rename(move.to(), move.from());
      } catch (IOException e) {
        throw new IOException(
            "could not move " + move.to() + " back to " + move.from() + ": do so by hand", e);
      }
    }
    for (Path folder : madeFolders) {
      Files.deleteIfExists(folder);
    }
  }

  /** Makes the names in a folder durable. */
  static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
