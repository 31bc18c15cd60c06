package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.core.volume.FileContent;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder that keeps what the destinations do not have yet, over restarts: {@code ready/} with
 * encoded objects, {@code sources/<name>/} with what each source is receiving. Belongs to one
 * process and one system. Thread-safe.
 */
final class Spool implements Closeable {
  private static final Pattern READY = Pattern.compile("([0-9]{19})@(.+)");
  private static final String PROPERTY = "io.tradingengine.backup.spool.";

  private final Path folder;
  private final String property;
  private final FileChannel lockFile;
  private final FileLock lock;
  private long next;

  private Spool(Path folder, String property, FileChannel lockFile, FileLock lock) {
    this.folder = folder;
    this.property = property;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Takes a folder, which is made if it is not there.
   *
   * @throws BackupException if it belongs to another system, or another process uses it
   */
  static Spool open(Path folder, String system) throws IOException {
    makeFolder(folder.resolve("ready"));
    makeFolder(folder.resolve("sources"));
    Path real = folder.toRealPath();
    // Closing a second descriptor of a locked file would drop the lock of the whole process, so
    // nobody in this process may open it twice; class loaders share properties only.
    String property = PROPERTY + real;
    if (System.getProperties().putIfAbsent(property, system) != null) {
      throw inUse(real);
    }
    FileChannel lockFile = null;
    try {
      lockFile =
          FileChannel.open(
              real.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = lockFile.tryLock();
      if (lock == null) {
        throw inUse(real);
      }
      Spool spool = new Spool(real, property, lockFile, lock);
      spool.requireSystem(system);
      return spool;
    } catch (IOException | RuntimeException e) {
      System.getProperties().remove(property);
      if (lockFile != null) {
        lockFile.close();
      }
      throw e;
    }
  }

  private static BackupException inUse(Path folder) {
    return new BackupException(
        "The spool " + folder + " is in use: its changes are archived by another process",
        "stop that one first, or give this system a spool of its own",
        null);
  }

  private void requireSystem(String system) throws IOException {
    Path file = folder.resolve("system");
    if (Files.exists(file)) {
      String known = Files.readString(file).strip();
      if (!known.equals(system)) {
        throw new BackupException(
            "The spool " + folder + " belongs to the system '" + known + "', not '" + system + "'",
            "give each system a spool of its own",
            null);
      }
      return;
    }
    Path draft = folder.resolve("system.part");
    Files.writeString(draft, system + "\n");
    force(draft);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    force(folder);
  }

  private static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /** Makes a file, or the names in a folder, durable. */
  static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** A source's own folder. */
  Path source(String name) throws IOException {
    Path own = folder.resolve("sources").resolve(name);
    makeFolder(own);
    return own;
  }

  /** What an earlier process left, in order. Files that it did not finish are removed. */
  synchronized List<SpooledObject> recover() throws IOException {
    List<SpooledObject> objects = new ArrayList<>();
    for (Path file : files(folder.resolve("ready"))) {
      Matcher name = READY.matcher(fileName(file));
      if (!name.matches()) {
        Files.delete(file);
        continue;
      }
      long number = Long.parseLong(name.group(1));
      next = Math.max(next, number + 1);
      ObjectKey key = new ObjectKey(name.group(2).replace('@', '/'));
      Instant since = Files.getLastModifiedTime(file).toInstant();
      objects.add(
          new SpooledObject(number, key, FileContent.of(file), since, SpooledObject.Purpose.NONE));
    }
    objects.sort(Comparator.comparingLong(SpooledObject::number));
    return objects;
  }

  private static String fileName(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  /** Makes a new file. */
  interface Encoding {
    FileContent encode(Path target) throws IOException;
  }

  /** Adds an object; on return it is durable. */
  SpooledObject add(ObjectKey key, SpooledObject.Purpose purpose, Encoding encoding)
      throws IOException {
    long number = take();
    Path ready = folder.resolve("ready");
    Path part = ready.resolve("part-" + number);
    FileContent content;
    try {
      content = encoding.encode(part);
    } catch (IOException | RuntimeException e) {
      deleteQuietly(part, e);
      throw e;
    }
    String name = String.format("%019d@%s", number, key.value().replace('/', '@'));
    Path file = ready.resolve(name);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    force(ready);
    return new SpooledObject(
        number,
        key,
        new FileContent(file, content.length(), content.sha256()),
        Instant.now(),
        purpose);
  }

  private static void deleteQuietly(Path file, Exception cause) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      cause.addSuppressed(e); // The next start removes it.
    }
  }

  private synchronized long take() {
    return next++;
  }

  /** Removes an object that every destination has. */
  void remove(SpooledObject object) throws IOException {
    Files.deleteIfExists(object.content().file());
  }

  /** Bytes in the sources' own folders; what is handed over meanwhile may count or not. */
  long receiving() throws IOException {
    AtomicLong bytes = new AtomicLong();
    Files.walkFileTree(
        folder.resolve("sources"),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes.addAndGet(attributes.isRegularFile() ? attributes.size() : 0);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }
        });
    return bytes.get();
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    try {
      lock.release();
    } finally {
      lockFile.close();
      System.getProperties().remove(property);
    }
  }
}
