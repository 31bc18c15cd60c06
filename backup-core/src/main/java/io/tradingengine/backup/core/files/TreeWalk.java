package io.tradingengine.backup.core.files;

import io.tradingengine.backup.core.files.FileStat.Kind;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks a tree depth first, each folder before what is in it, names in the order of their bytes.
 * Holds the names of the folders from the root to where it stands, nothing more. Not safe for
 * concurrent use.
 *
 * <p>The tree may change meanwhile. Symbolic links are never followed, not even one that takes the
 * place of a file or folder during the walk: folders are opened through the open folder above them,
 * and files through their folder. What cannot be read is a finding, and the walk goes on.
 */
final class TreeWalk {
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final Excludes excludes;
  private final Visitor visitor;
  private final FindingLog findings;
  private final Deque<Level> levels = new ArrayDeque<>();

  /** Sees what the walk comes by. What it throws ends the walk. */
  interface Visitor {
    void directory(Node node) throws IOException, InterruptedException;

    void file(Node node, Opener opener) throws IOException, InterruptedException;

    void symlink(Node node, String target) throws IOException, InterruptedException;
  }

  /**
   * Something in a tree.
   *
   * @param member its raw absolute name without the first slash
   * @param path where it is
   * @param stat what it is
   */
  record Node(String member, Path path, FileStat stat) {}

  /** Opens a file for reading if it still is no link. */
  @FunctionalInterface
  interface Opener {
    SeekableByteChannel open() throws IOException;
  }

  /** A folder that is being walked. */
  private record Level(
      Path path,
      String member,
      @Nullable Path below,
      DirectoryStream<Path> stream,
      Iterator<String> names) {

    void close() throws IOException {
      stream.close();
    }

    /** The path of a name in this folder, as seen from the root. */
    Path below(Path name) {
      return below == null ? name : below.resolve(name);
    }
  }

  TreeWalk(Excludes excludes, Visitor visitor, FindingLog findings) {
    this.excludes = excludes;
    this.visitor = visitor;
    this.findings = findings;
  }

  /**
   * Walks a root and all below it.
   *
   * @throws IOException if the root is missing, is neither a file nor a folder or cannot be read;
   *     or what the visitor throws
   */
  void walk(Path root) throws IOException, InterruptedException {
    Node node = new Node(RawNames.of(root).substring(1), root, FileStat.of(root));
    switch (node.stat().kind()) {
      case FILE -> visitor.file(node, () -> Files.newByteChannel(root, READ));
      case DIRECTORY -> {
        try {
          enter(node, null, openRoot(root));
          while (!levels.isEmpty()) {
            step(levels.peek());
          }
        } finally {
          closeAll();
        }
      }
      default -> throw new IOException(root + " is " + node.stat().kind().words());
    }
  }

  private void step(Level level) throws IOException, InterruptedException {
    if (!level.names().hasNext()) {
      levels.pop().close();
      return;
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while walking " + level.path());
    }
    String rawName = level.names().next();
    Path name = RawNames.toPath(rawName);
    Path below = level.below(name);
    if (excludes.match(below)) {
      return;
    }
    Path path = level.path().resolve(name);
    FileStat stat;
    String target;
    try {
      stat = FileStat.of(path);
      target = stat.kind() == Kind.SYMLINK ? RawNames.of(Files.readSymbolicLink(path)) : "";
    } catch (IOException e) {
      findings.leftOut(path, e);
      return;
    }
    Node node = new Node(level.member() + "/" + rawName, path, stat);
    switch (stat.kind()) {
      case FILE -> visitor.file(node, () -> open(level, name));
      case SYMLINK -> visitor.symlink(node, target);
      case DIRECTORY -> descend(level, node, below);
      case FIFO, SOCKET ->
          findings.info(
              path, "is " + stat.kind().words() + ", which its program makes anew: left out");
      default ->
          findings.warning(
              path,
              "is " + stat.kind().words() + ", and is not in the backup",
              "exclude it if that is as it should be");
    }
  }

  private void descend(Level level, Node node, Path below)
      throws IOException, InterruptedException {
    DirectoryStream<Path> stream;
    try {
      stream = openDirectory(level, node.path());
    } catch (IOException e) {
      findings.leftOut(node.path(), e);
      return;
    }
    enter(node, below, stream);
  }

  private void enter(Node node, @Nullable Path below, DirectoryStream<Path> stream)
      throws IOException, InterruptedException {
    Iterator<String> names = names(node.path(), stream).iterator();
    levels.push(new Level(node.path(), node.member(), below, stream, names));
    visitor.directory(node);
  }

  private List<String> names(Path folder, DirectoryStream<Path> stream) {
    List<String> names = new ArrayList<>();
    try {
      for (Path child : stream) {
        names.add(RawNames.of(lastName(child)));
      }
    } catch (DirectoryIteratorException e) {
      findings.warning(
          folder,
          "could be listed only in part: " + FindingLog.reason(e.getCause()),
          "see to its cause and back up again");
    }
    Collections.sort(names);
    return names;
  }

  private static SeekableByteChannel open(Level level, Path name) throws IOException {
    return level.stream() instanceof SecureDirectoryStream<Path> secure
        ? secure.newByteChannel(name, READ)
        : Files.newByteChannel(level.path().resolve(name), READ);
  }

  @SuppressWarnings("StreamResourceLeak") // its level closes it
  private static DirectoryStream<Path> openRoot(Path root) throws IOException {
    return Files.newDirectoryStream(root);
  }

  private static DirectoryStream<Path> openDirectory(Level level, Path path) throws IOException {
    if (level.stream() instanceof SecureDirectoryStream<Path> secure) {
      return secure.newDirectoryStream(lastName(path), LinkOption.NOFOLLOW_LINKS);
    }
    throw new IOException("this platform cannot open folders without following links");
  }

  private static Path lastName(Path path) {
    return path.getName(path.getNameCount() - 1);
  }

  private void closeAll() throws IOException {
    while (!levels.isEmpty()) {
      levels.pop().close();
    }
  }
}
