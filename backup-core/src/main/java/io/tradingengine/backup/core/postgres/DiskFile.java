package io.tradingengine.backup.core.postgres;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file whose pieces go straight to their places on the disk, from whichever thread has them. Once
 * it is whole a background thread takes it to the disk and closes it; of a large file, what is
 * written so far is taken there meanwhile.
 */
final class DiskFile extends RestoredFile {
  /** Small enough to be still in the processor's cache when it is written after its checksum. */
  private static final int STEP = 256 << 10;

  /** After so many bytes written, the disk begins. */
  private static final long SYNC_EVERY = 64 << 20;

  private final Path path;
  private final FileRights rights;
  private final OpenFiles openFiles;
  private final BackgroundSync sync;
  private final AtomicLong unsynced = new AtomicLong();

  private @Nullable FileChannel channel;
  private boolean created;
  private boolean finished;
  private int users;

  DiskFile(Member member, Path path, FileRights rights, OpenFiles openFiles, BackgroundSync sync) {
    super(member);
    this.path = path;
    this.rights = rights;
    this.openFiles = openFiles;
    this.sync = sync;
  }

  @Override
  int store(long at, ByteBuffer piece) throws IOException {
    CRC32C crc = new CRC32C();
    FileChannel out = acquire();
    try {
      long position = at;
      int end = piece.limit();
      while (piece.position() < end) {
        int stop = Math.min(end, piece.position() + STEP);
        crc.update(piece.duplicate().limit(stop));
        piece.limit(stop);
        while (piece.hasRemaining()) {
          position += out.write(piece, position);
        }
        piece.limit(end);
      }
      syncSome(position - at);
    } catch (ClosedChannelException e) {
      throw interrupted(e);
    } finally {
      release();
    }
    return (int) crc.getValue();
  }

  /** An interruption of one thread closes the file for all, and is one for the others, too. */
  private InterruptedIOException interrupted(ClosedChannelException e) {
    InterruptedIOException interrupted =
        new InterruptedIOException("interrupted while writing '" + path + "'");
    interrupted.initCause(e);
    return interrupted;
  }

  @Override
  void complete() throws IOException, InterruptedException {
    checkCrc();
    sync.submit(this::finish);
  }

  private void syncSome(long written) {
    long before = unsynced.getAndAdd(written);
    boolean isDue = before / SYNC_EVERY != (before + written) / SYNC_EVERY;
    if (isDue && before + written < member().size()) {
      sync.offer(this::force);
    }
  }

  private void force() throws IOException {
    FileChannel out = acquire();
    try {
      out.force(false);
    } catch (ClosedChannelException e) {
      throw interrupted(e);
    } finally {
      release();
    }
  }

  /** The last use of this file. */
  private void finish() throws IOException {
    ManifestFile expected = member().expected().orElse(null);
    FileChannel out = acquire();
    try {
      if (expected != null && expected.algorithm().isOrdered()) {
        compare(expected, digest(expected.algorithm().newDigest()));
      }
      out.force(true);
    } catch (ClosedChannelException e) {
      throw interrupted(e);
    } finally {
      markFinished();
      release();
    }
  }

  /** What is on the disk, from its beginning: pieces come in no order, such digests need one. */
  private String digest(MessageDigest digest) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(STEP);
    try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ)) {
      while (in.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private synchronized FileChannel acquire() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      open = created ? FileChannel.open(path, StandardOpenOption.WRITE) : rights.createFile(path);
      created = true;
      channel = open;
      openFiles.opened();
    }
    users++;
    return open;
  }

  private synchronized void release() throws IOException {
    users--;
    if (users == 0 && (finished || openFiles.areTooMany())) {
      close();
    }
  }

  private synchronized void markFinished() {
    finished = true;
  }

  /** Closes the file, if it is open. */
  synchronized void close() throws IOException {
    FileChannel open = channel;
    if (open != null) {
      channel = null;
      openFiles.closed();
      open.close();
    }
  }
}
