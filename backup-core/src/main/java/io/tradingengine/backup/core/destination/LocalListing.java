package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the objects of a directory. What has no key's name, is hidden or is a link belongs to
 * others and is passed over, and so is what vanishes meanwhile.
 */
final class LocalListing extends SimpleFileVisitor<Path> {
  /** What file systems keep at the root of a disk for themselves, unreadable for others. */
  private static final String LOST_AND_FOUND = "lost+found";

  private final Path root;
  private final String prefix;
  private final List<ObjectInfo> found = new ArrayList<>();

  private LocalListing(Path root, String prefix) {
    this.root = root;
    this.prefix = prefix;
  }

  /**
   * The objects whose keys start with {@code prefix}, in key order; none where there is no root.
   */
  static List<ObjectInfo> of(Path root, String prefix) throws IOException {
    if (!Files.exists(root)) {
      return List.of();
    }
    LocalListing listing = new LocalListing(root, prefix);
    Files.walkFileTree(root, listing);
    listing.found.sort(Comparator.comparing(ObjectInfo::key));
    return List.copyOf(listing.found);
  }

  /** The names of the folders in a directory, in order; none where there is no such directory. */
  static List<String> folders(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
            && !name.equals(LOST_AND_FOUND)
            && key(name).isPresent()) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    return names.stream().sorted().toList();
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
    return directory.equals(root) || canHoldPrefix(nameOf(directory))
        ? FileVisitResult.CONTINUE
        : FileVisitResult.SKIP_SUBTREE;
  }

  private boolean canHoldPrefix(String name) {
    String folder = name + "/";
    return !name.equals(LOST_AND_FOUND)
        && key(name).isPresent()
        && (folder.startsWith(prefix) || prefix.startsWith(folder));
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    String name = nameOf(file);
    if (attributes.isRegularFile() && name.startsWith(prefix)) {
      key(name)
          .map(
              key ->
                  new ObjectInfo(key, attributes.size(), attributes.lastModifiedTime().toInstant()))
          .ifPresent(found::add);
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
    // The file tree is opened before preVisitDirectory is asked, so that folders of others that may
    // not be read come here.
    boolean ours = file.equals(root) || canHoldPrefix(nameOf(file));
    if (e instanceof NoSuchFileException || !ours) {
      return FileVisitResult.CONTINUE;
    }
    throw e;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
      throws IOException {
    if (e != null && !(e instanceof NoSuchFileException)) {
      throw e;
    }
    return FileVisitResult.CONTINUE;
  }

  private String nameOf(Path path) {
    return root.relativize(path).toString();
  }

  private static Optional<ObjectKey> key(String name) {
    try {
      return Optional.of(new ObjectKey(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
