package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A private folder of this host for what is on its way, removed with all in it when it is closed.
 */
final class RsyncStaging implements Closeable {
  private static final String NAME = ".backup-rsync-";
  private static final Duration KEPT = Duration.ofHours(24);

  private final Path folder;

  private RsyncStaging(Path folder) {
    this.folder = folder;
  }

  /** Makes a new one in {@code parent}, mode 0700. */
  static RsyncStaging in(Path parent) throws IOException {
    Path folder = parent.resolve(NAME + UUID.randomUUID());
    PrivateFiles.createFolder(folder);
    return new RsyncStaging(folder);
  }

  Path folder() {
    return folder;
  }

  /** Makes a folder in it. */
  Path subfolder(String name) throws IOException {
    Path made = folder.resolve(name);
    PrivateFiles.createFolder(made);
    return made;
  }

  /**
   * Writes content to a file of the key's path.
   *
   * @throws IOException if the content has another length than it says
   */
  void write(ObjectKey key, Content content) throws IOException {
    Path file = folder.resolve(key.value());
    Path parent = folder;
    for (Path part : folder.relativize(file)) {
      parent = parent.resolve(part);
      if (!parent.equals(file)) {
        PrivateFiles.createFolder(parent);
      }
    }
    try (FileChannel channel = PrivateFiles.create(file)) {
      ChannelStreams.Output out = new ChannelStreams.Output(channel);
      content.writeTo(out);
      if (out.written() != content.length()) {
        throw new IOException(
            "its content has " + out.written() + " bytes instead of " + content.length());
      }
    }
  }

  @Override
  public void close() throws IOException {
    remove(folder);
  }

  /** Removes what processes that were killed have left in {@code parent}, once it is a day old. */
  static void sweep(Path parent) throws IOException {
    Instant before = Instant.now().minus(KEPT);
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, NAME + "*")) {
      for (Path each : folders) {
        try {
          if (isLeft(each, before)) {
            remove(each);
          }
        } catch (NoSuchFileException e) {
          // Whoever made it has removed it meanwhile, as is usual.
        }
      }
    }
  }

  private static boolean isLeft(Path folder, Instant before) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return attributes.isDirectory()
        && attributes.lastModifiedTime().toInstant().isBefore(before)
        && Files.isReadable(folder)
        && Files.isWritable(folder);
  }

  private static void remove(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
