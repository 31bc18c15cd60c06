package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.spi.Lease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The lock of a repository: a lock of the operating system on the file {@code .lock}, which dies
 * with its process. The file stays for ever; removing it would let two processes lock two files.
 *
 * <p>Inside a JVM the file must not even be opened by a second locker: on POSIX systems, closing
 * any descriptor of a file drops all locks that the process holds on it. So a system property,
 * which all class loaders share, says first which repositories this JVM has locked.
 */
final class LocalLock implements Lease {
  private static final String FILE = ".lock";
  private static final String PROPERTY = "io.tradingengine.backup.lock.";
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  private static final int LONGEST_NOTE = 1024;

  /** A channel that nothing refers to is closed, and with it the lock of who forgot to keep it. */
  private static final Set<LocalLock> HELD = ConcurrentHashMap.newKeySet();

  private final String property;
  private final FileChannel channel;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LocalLock(String property, FileChannel channel) {
    this.property = property;
    this.channel = channel;
  }

  /**
   * Takes the lock of the repository below {@code root}, which exists.
   *
   * @param repository how messages call it
   * @param owner who takes it, for the message that others get
   */
  static LocalLock take(Path root, String repository, String owner) throws IOException {
    String note = note(owner);
    String property = PROPERTY + identity(root);
    Object held = System.getProperties().putIfAbsent(property, note);
    if (held != null) {
      throw locked(repository, held.toString());
    }
    boolean taken = false;
    try {
      LocalLock lock = new LocalLock(property, lockedChannel(root.resolve(FILE), repository, note));
      HELD.add(lock);
      taken = true;
      return lock;
    } finally {
      if (!taken) {
        System.getProperties().remove(property);
      }
    }
  }

  private static FileChannel lockedChannel(Path file, String repository, String note)
      throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      create(file);
    }
    FileChannel channel = FileChannel.open(file, OPTIONS);
    boolean taken = false;
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw locked(repository, readNote(channel));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(note.getBytes(StandardCharsets.UTF_8)), 0);
      taken = true;
      return channel;
    } finally {
      if (!taken) {
        channel.close();
      }
    }
  }

  private static void create(Path file) throws IOException {
    try {
      PrivateFiles.create(file).close();
    } catch (FileAlreadyExistsException e) {
      // Another process was faster, which serves as well.
    }
  }

  /** Device and inode: the same for every path that leads there. */
  private static String identity(Path root) throws IOException {
    return String.valueOf(Files.readAttributes(root, BasicFileAttributes.class).fileKey());
  }

  private static String readNote(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST_NOTE);
    channel.read(bytes, 0);
    String note = StandardCharsets.UTF_8.decode(bytes.flip()).toString().trim();
    return note.isEmpty() ? "another run" : note.replaceAll("\\p{Cntrl}", "?");
  }

  private static RepositoryLockedException locked(String repository, String holder) {
    return new RepositoryLockedException(
        repository + " is in use by " + holder,
        "wait until it has finished; the lock goes with its process, and "
            + FILE
            + " must not be removed");
  }

  static String note(String owner) {
    return owner
        + " (process "
        + ProcessHandle.current().pid()
        + " on "
        + hostName()
        + ", since "
        + Instant.now().truncatedTo(ChronoUnit.SECONDS)
        + ")";
  }

  /** Without a name service, which may be slow or wrong. */
  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim();
    } catch (IOException e) {
      return "this host";
    }
  }

  @Override
  public Strength strength() {
    return Strength.EXCLUSIVE;
  }

  @Override
  public void confirm() throws IOException {
    if (closed.get() || !channel.isOpen()) {
      throw new LeaseLostException("The lock of the repository is not held any more", null);
    }
  }

  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      try {
        channel.close();
      } finally {
        HELD.remove(this);
        System.getProperties().remove(property);
      }
    }
  }
}
