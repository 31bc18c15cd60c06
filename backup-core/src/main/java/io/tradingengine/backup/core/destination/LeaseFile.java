package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code .lease} of a repository, for hosts that share the directory over a network file
 * system whose locks one of them does not see. Its holder renews it, and whose it is decides.
 *
 * <p>A holder renews the very file that it made, and never one of that name: who takes over puts
 * another file in its place, so that a holder who comes back late writes to a file that is no
 * longer there. Clocks of two hosts are never compared: a lease is dead when it has not changed
 * while somebody watched it for as long as it lasts.
 *
 * <p>Safe for concurrent use.
 */
final class LeaseFile implements Closeable {
  static final String NAME = ".lease";

  private static final Logger LOG = LoggerFactory.getLogger(LeaseFile.class);
  private static final String TEMPORARY = ".tmp";
  private static final int LONGEST = 4096;
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(1);
  private static final int RENEWALS = 3;
  private static final int LOOKS = 12;

  /**
   * Who takes leases, and for how long.
   *
   * @param ttl how long a lease lasts that is not renewed; renewed three times in that time
   */
  record Terms(Host host, Duration ttl) {
    /** One minute, for this host. */
    static Terms standard() {
      return new Terms(Host.current(), Duration.ofMinutes(1));
    }

    private Duration betweenRenewals() {
      return ttl.dividedBy(RENEWALS);
    }

    private Duration betweenLooks() {
      Duration look = ttl.dividedBy(LOOKS);
      return look.compareTo(LONGEST_LOOK) < 0 ? look : LONGEST_LOOK;
    }
  }

  private final Path path;
  private final Terms terms;
  private final RandomAccessFile file;
  private final CountDownLatch closed = new CountDownLatch(1);
  private LeaseText text;
  private long renewedAt;

  private LeaseFile(Path path, Terms terms, RandomAccessFile file, LeaseText text) {
    this.path = path;
    this.terms = terms;
    this.file = file;
    this.text = text;
    this.renewedAt = System.nanoTime();
  }

  /**
   * Takes the lease. One that a dead process of this host has left is taken over at once, one of
   * another host after it was watched for as long as it lasts.
   *
   * @param repository how messages call it
   * @param holder who takes it, for the message that others get
   * @throws RepositoryLockedException if another holds it
   * @throws InterruptedIOException if this thread is interrupted meanwhile; its flag is set
   */
  static LeaseFile take(Path root, String repository, String holder, Terms terms)
      throws IOException {
    Path path = root.resolve(NAME);
    LeaseText text =
        new LeaseText(
            UUID.randomUUID().toString(), holder, terms.host(), Host.ProcessId.current(), 1);
    Watch watch = new Watch(repository, terms);
    while (true) {
      Optional<byte[]> seen = read(path);
      if (seen.isEmpty() || watch.isDead(seen.get())) {
        Optional<LeaseFile> taken = new Maker(root, terms, text).tryToTake(seen);
        if (taken.isPresent()) {
          taken.get().beginRenewing();
          return taken.get();
        }
      }
    }
  }

  /** What stands in the lease file; empty if there is none. Goes on when interrupted. */
  private static Optional<byte[]> read(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(in.readNBytes(LONGEST));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private void beginRenewing() {
    Thread thread = new Thread(this::renewUntilClosed, "renew " + path);
    thread.setDaemon(true);
    thread.start();
  }

  private void renewUntilClosed() {
    try {
      while (!closed.await(terms.betweenRenewals().toNanos(), TimeUnit.NANOSECONDS)) {
        try {
          renew();
        } catch (IOException e) {
          // Whoever is about to rely on the lease renews it first, and hears what is wrong.
          LOG.debug("{} could not be renewed", path, e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void renew() throws IOException {
    if (closed.getCount() == 0) {
      return;
    }
    LeaseText next = text.renewedOnceMore();
    file.seek(0);
    file.write(next.print());
    file.getFD().sync();
    text = next;
    renewedAt = System.nanoTime();
  }

  private synchronized boolean isDue() {
    return System.nanoTime() - renewedAt > terms.betweenRenewals().toNanos();
  }

  /**
   * Makes sure that the lease is still ours. One that is overdue is renewed first, so that nobody
   * who watches it takes it for dead the moment after.
   *
   * @throws LeaseLostException if another has it, or it is gone
   */
  void confirm() throws IOException {
    if (isDue()) {
      renew();
    }
    Optional<byte[]> seen = read(path);
    if (seen.isEmpty()) {
      throw new LeaseLostException(
          "The lease " + path + " has vanished", "is its disk still mounted? Run it again");
    }
    LeaseText found = LeaseText.parse(seen.get());
    if (!found.id().equals(text().id())) {
      throw new LeaseLostException(
          "The lease " + path + " was taken over by " + found.holder(),
          "this run paused for longer than "
              + terms.ttl().toSeconds()
              + " s, or could not renew it; run it again when the other has finished");
    }
  }

  private synchronized LeaseText text() {
    return text;
  }

  /** Removes the file if it is ours. Closing twice is one. Goes on when interrupted. */
  @Override
  public synchronized void close() throws IOException {
    if (closed.getCount() == 0) {
      return;
    }
    closed.countDown();
    try (file) {
      Optional<byte[]> seen = read(path);
      if (seen.isPresent() && LeaseText.parse(seen.get()).id().equals(text.id())) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** Watches a lease of somebody else, on this host's clock. */
  private static final class Watch {
    private final String repository;
    private final Terms terms;
    private byte @Nullable [] first;
    private long since;

    Watch(String repository, Terms terms) {
      this.repository = repository;
      this.terms = terms;
    }

    /**
     * Looks again after a while, unless it knows already.
     *
     * @return whether the holder is dead; otherwise look again
     * @throws RepositoryLockedException if the holder lives
     */
    boolean isDead(byte[] seen) throws IOException {
      LeaseText found = LeaseText.parse(seen);
      if (terms.host().sees(found.host()) && hasEnded(found.process())) {
        return true;
      }
      long now = System.nanoTime();
      if (first == null) {
        first = seen.clone();
        since = now;
        LOG.info(
            "{} has a lease of {}; it is taken over unless it is renewed within {} s",
            repository,
            found.holder(),
            terms.ttl().toSeconds());
      } else if (!Arrays.equals(first, seen)) {
        throw locked(found);
      } else if (now - since > terms.ttl().toNanos()) {
        return true;
      }
      pause();
      return false;
    }

    /** What this process holds, it holds by the lock too, and would not have got here. */
    private static boolean hasEnded(Host.ProcessId process) {
      return process.equals(Host.ProcessId.current()) || process.hasEnded();
    }

    private RepositoryLockedException locked(LeaseText found) {
      return new RepositoryLockedException(
          repository + " is in use by " + found.holder(),
          "wait until it has finished; if its host is lost, its lease is taken over by the first"
              + " run that finds it unchanged for "
              + terms.ttl().toSeconds()
              + " s, and "
              + NAME
              + " must not be removed");
    }

    private void pause() throws InterruptedIOException {
      try {
        TimeUnit.NANOSECONDS.sleep(terms.betweenLooks().toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (InterruptedIOException)
            new InterruptedIOException("interrupted while watching the lease of another run")
                .initCause(e);
      }
    }
  }

  /** Makes a lease file whole under another name, and puts it in its place. */
  private record Maker(Path root, Terms terms, LeaseText text) {

    /**
     * Takes the lease if it still is as it was seen.
     *
     * @return empty if somebody else was faster
     */
    Optional<LeaseFile> tryToTake(Optional<byte[]> seen) throws IOException {
      Path path = root.resolve(NAME);
      Path folder = root.resolve(TEMPORARY);
      PrivateFiles.createFolder(folder);
      Path temporary = folder.resolve(text.id() + NAME);
      PrivateFiles.create(temporary).close();
      RandomAccessFile file = new RandomAccessFile(temporary.toFile(), "rw");
      boolean taken = false;
      try {
        file.write(text.print());
        file.getFD().sync();
        taken = place(temporary, path, seen);
        return taken ? Optional.of(new LeaseFile(path, terms, file, text)) : Optional.empty();
      } finally {
        Files.deleteIfExists(temporary);
        if (!taken) {
          file.close();
        }
      }
    }

    private boolean place(Path temporary, Path path, Optional<byte[]> seen) throws IOException {
      if (seen.isEmpty()) {
        try {
          Placement.LINK.place(temporary, path);
        } catch (FileAlreadyExistsException e) {
          return false;
        }
      } else if (Arrays.equals(seen.get(), read(path).orElse(new byte[0]))) {
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
      } else {
        return false;
      }
      return LeaseText.parse(read(path).orElse(new byte[0])).id().equals(text.id());
    }
  }
}
