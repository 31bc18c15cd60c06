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
 * Beside it stands a {@linkplain LeaseFile lease}, for hosts that do not see each other's locks.
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

  /** Whose locks every process that can reach them sees. */
  private static final Set<String> LOCAL_FILE_SYSTEMS =
      Set.of(
          "ext2",
          "ext3",
          "ext4",
          "xfs",
          "btrfs",
          "zfs",
          "f2fs",
          "jfs",
          "bcachefs",
          "tmpfs",
          "overlay");

  private static final int LONGEST_NOTE = 1024;

  /** A channel that nothing refers to is closed, and with it the lock of who forgot to keep it. */
  private static final Set<LocalLock> HELD = ConcurrentHashMap.newKeySet();

  /**
   * What is locked, and by whom.
   *
   * @param root of the repository; exists
   * @param repository how messages call it
   * @param note who takes it, for the message that others get
   */
  private record Request(Path root, String repository, String note, LeaseFile.Terms terms) {
    Path file() {
      return root.resolve(FILE);
    }

    String property() throws IOException {
      return PROPERTY + identity(root);
    }
  }

  private final Path file;
  private final String property;
  private final String inode;
  private final boolean local;
  private final FileLock lock;
  private final LeaseFile lease;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LocalLock(Request request, FileLock lock, LeaseFile lease) throws IOException {
    this.file = request.file();
    this.property = request.property();
    this.inode = identity(file);
    this.local = LOCAL_FILE_SYSTEMS.contains(Files.getFileStore(file).type());
    this.lock = lock;
    this.lease = lease;
  }

  /**
   * Takes the lock of the repository below {@code root}, which exists. Waits only for a lease that
   * may be a dead one of another host.
   *
   * @param repository how messages call it
   * @param owner who takes it, for the message that others get
   */
  static LocalLock take(Path root, String repository, String owner, LeaseFile.Terms terms)
      throws IOException {
    Request request = new Request(root, repository, note(owner, terms.host()), terms);
    String property = request.property();
    Object held = System.getProperties().putIfAbsent(property, request.note());
    if (held != null) {
      throw locked(repository, held.toString());
    }
    boolean taken = false;
    try {
      LocalLock lock = takeAmongProcesses(request);
      HELD.add(lock);
      taken = true;
      return lock;
    } finally {
      if (!taken) {
        System.getProperties().remove(property);
      }
    }
  }

  private static LocalLock takeAmongProcesses(Request request) throws IOException {
    if (!Files.exists(request.file(), LinkOption.NOFOLLOW_LINKS)) {
      create(request.file());
    }
    FileChannel channel = FileChannel.open(request.file(), OPTIONS);
    boolean taken = false;
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw locked(request.repository(), readNote(channel));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(request.note().getBytes(StandardCharsets.UTF_8)), 0);
      LocalLock held = takeAmongHosts(request, lock);
      taken = true;
      return held;
    } finally {
      if (!taken) {
        channel.close();
      }
    }
  }

  private static LocalLock takeAmongHosts(Request request, FileLock lock) throws IOException {
    LeaseFile lease =
        LeaseFile.take(request.root(), request.repository(), request.note(), request.terms());
    boolean taken = false;
    try {
      LocalLock held = new LocalLock(request, lock, lease);
      taken = true;
      return held;
    } finally {
      if (!taken) {
        lease.close();
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
  private static String identity(Path path) throws IOException {
    return String.valueOf(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
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

  static String note(String owner, Host host) {
    return owner
        + " (process "
        + ProcessHandle.current().pid()
        + " on "
        + host.name()
        + ", since "
        + Instant.now().truncatedTo(ChronoUnit.SECONDS)
        + ")";
  }

  /**
   * On what may be a network's file system, the lease beside the lock is all that can be relied on.
   */
  @Override
  public Strength strength() {
    return local ? Strength.EXCLUSIVE : Strength.EXPIRING;
  }

  @Override
  public void confirm() throws IOException {
    if (closed.get() || !lock.isValid()) {
      throw new LeaseLostException("The lock " + file + " is not held any more", null);
    }
    // Never by opening the file, see above.
    String there = "";
    if (Files.exists(file)) {
      there = identity(file);
    }
    if (!there.equals(inode)) {
      throw new LeaseLostException(
          "The lock file " + file + " is not the one that was locked",
          "is its disk still mounted, and who removes " + FILE + "? Run it again");
    }
    lease.confirm();
  }

  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      // The lease first: nobody of this host shall get the lock and then find it.
      try {
        lease.close();
      } finally {
        unlock();
      }
    }
  }

  private void unlock() throws IOException {
    try {
      lock.acquiredBy().close();
    } finally {
      HELD.remove(this);
      System.getProperties().remove(property);
    }
  }
}
