package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A directory of this host. An object is a file of the key's name; what is being written stands in
 * {@code .tmp} until it is whole and synced, and then gets its name. Links inside the directory are
 * not followed. Safe for concurrent use.
 */
final class LocalDestination implements Destination {
  private static final String TEMPORARY = ".tmp";
  private static final int READ_SIZE = 128 << 10;
  // Another process may remove a folder between its making and its use, when it was empty.
  private static final int ATTEMPTS = 20;

  private final Path root;
  private final Placement placement;
  private final LeaseFile.Terms terms;
  private final Folders folders;

  /**
   * A destination below {@code root}, which need not exist yet.
   *
   * @param root absolute and free of links
   */
  LocalDestination(Path root, Placement placement) {
    this(root, placement, LeaseFile.Terms.standard());
  }

  LocalDestination(Path root, Placement placement, LeaseFile.Terms terms) {
    this.root = root;
    this.placement = placement;
    this.terms = terms;
    this.folders = new Folders(root);
  }

  @Override
  public String name() {
    return "local:" + root;
  }

  @Override
  public void put(ObjectKey key, Content content) throws IOException {
    Path target = path(key);
    try {
      if (holds(target, key, content)) {
        folders.ensure(folderOf(target));
      } else {
        write(target, key, content);
      }
      PrivateFiles.sync(folderOf(target));
    } catch (FileAlreadyExistsException | ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw failed("put " + key + " into", e);
    }
  }

  private void write(Path target, ObjectKey key, Content content) throws IOException {
    Path temporary = root.resolve(TEMPORARY).resolve(UUID.randomUUID() + ".part");
    folders.ensure(folderOf(temporary));
    try {
      try (FileChannel channel = PrivateFiles.create(temporary)) {
        ChannelStreams.Output out = new ChannelStreams.Output(channel);
        content.writeTo(out);
        if (out.written() != content.length()) {
          throw new IOException(
              "its content has " + out.written() + " bytes instead of " + content.length());
        }
        channel.force(true);
      }
      place(temporary, target);
    } catch (FileAlreadyExistsException e) {
      // Another thread put this key meanwhile.
      if (!holds(target, key, content)) {
        throw e;
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private void place(Path temporary, Path target) throws IOException {
    for (int attempt = 1; ; attempt++) {
      folders.ensure(folderOf(target));
      try {
        placement.place(temporary, target);
        return;
      } catch (NoSuchFileException e) {
        if (attempt == ATTEMPTS || !Files.exists(temporary)) {
          throw e;
        }
        folders.forget(folderOf(target));
      }
    }
  }

  /**
   * Whether the object is there with these bytes already.
   *
   * @throws FileAlreadyExistsException if it is there with others
   */
  private boolean holds(Path target, ObjectKey key, Content content) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
        && Files.size(target) == content.length()
        && digest(key).equals(content.sha256())) {
      return true;
    }
    throw new FileAlreadyExistsException(
        target.toString(), null, "holds other bytes; objects are never overwritten");
  }

  private Sha256 digest(ObjectKey key) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[READ_SIZE];
    try (InputStream in = open(key, ByteRange.ALL)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return Sha256.from(digest);
  }

  @Override
  public InputStream open(ObjectKey key, ByteRange range) throws IOException {
    Path file = path(key);
    try {
      refuseLinks(file);
      // Asked first: opening a pipe would block, and opening a folder would succeed.
      BasicFileAttributes attributes = attributes(file);
      if (!attributes.isRegularFile()) {
        throw new NoSuchFileException(file.toString());
      }
      FileChannel channel =
          FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
      long offset = Math.min(range.offset(), attributes.size());
      long length = Math.min(range.length(), attributes.size() - offset);
      return new ChannelStreams.Input(channel, offset, length);
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(key.value(), null, "is not in " + name());
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw failed("open " + key + " in", e);
    }
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    try {
      return LocalListing.of(root, prefix);
    } catch (IOException e) {
      throw failed("list '" + prefix + "' in", e);
    }
  }

  @Override
  public List<String> folders(String folder) throws IOException {
    Path directory = root;
    if (!folder.isEmpty()) {
      if (!folder.endsWith("/")) {
        throw new IllegalArgumentException("a folder ends with a slash: '" + folder + "'");
      }
      directory = path(new ObjectKey(folder.substring(0, folder.length() - 1)));
    }
    try {
      refuseLinks(directory);
      return LocalListing.folders(directory);
    } catch (IOException e) {
      throw failed("list '" + folder + "' in", e);
    }
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    Path file = path(key);
    try {
      if (!Files.isDirectory(root)) {
        return;
      }
      refuseLinks(file);
      if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.deleteIfExists(file);
      }
      folders.prune(folderOf(file));
    } catch (IOException e) {
      throw failed("delete " + key + " from", e);
    }
  }

  @Override
  public Lease lock(String owner) throws IOException {
    try {
      folders.ensureRoot();
      return LocalLock.take(root, name(), owner, terms);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw failed("lock", e);
    }
  }

  @Override
  public int sweep() throws IOException {
    Path temporary = root.resolve(TEMPORARY);
    List<Path> leftOvers = new ArrayList<>();
    try {
      if (Files.isDirectory(temporary, LinkOption.NOFOLLOW_LINKS)) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
          files.forEach(leftOvers::add);
        }
      }
      for (Path each : leftOvers) {
        Files.deleteIfExists(each);
      }
      return leftOvers.size();
    } catch (IOException e) {
      throw failed("sweep", e);
    }
  }

  @Override
  public List<Finding> check() {
    return List.of();
  }

  @Override
  public Proximity proximity() {
    return Proximity.HOST;
  }

  @Override
  public long usableSpace() throws IOException {
    return Files.getFileStore(Folders.nearest(root)).getUsableSpace();
  }

  /** Does nothing: a lock that was taken here has a life of its own. */
  @Override
  public void close() {}

  @Override
  public String toString() {
    return name();
  }

  private Path path(ObjectKey key) {
    return root.resolve(key.value());
  }

  private static Path folderOf(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " has no folder");
    }
    return parent;
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /** A link could lead out of the repository; none is ever made by this class. */
  private void refuseLinks(Path file) throws IOException {
    for (Path each = file; !each.equals(root); each = folderOf(each)) {
      if (Files.isSymbolicLink(each)) {
        throw new IOException(each + " is a symbolic link; links in a repository are not followed");
      }
    }
  }

  private IOException failed(String what, IOException e) {
    return new IOException("Cannot " + what + " " + name() + ": " + reason(e), e);
  }

  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof AccessDeniedException denied) {
      String user = System.getProperty("user.name");
      return "permission denied on " + denied.getFile() + " for user '" + user + "'";
    }
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + " has vanished; is its disk still mounted?";
    }
    if (e instanceof FileSystemException system && system.getReason() != null) {
      message = system.getReason() + " (" + system.getFile() + ")";
    }
    boolean full = message.contains("No space left") || message.contains("quota exceeded");
    return full ? message + "; free some space there" : message;
  }
}
