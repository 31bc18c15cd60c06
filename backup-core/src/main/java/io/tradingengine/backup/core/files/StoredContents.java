package io.tradingengine.backup.core.files;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Captured;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Gives the contents of files that one capture of a chain has, in the order of a walk. Opened when
 * the first is asked for. Not safe for concurrent use.
 */
final class StoredContents implements Closeable {
  private final String source;
  private final Captured captured;
  private final WalkOrder order;
  private final boolean newest;
  private @Nullable ArchiveReader archive;
  private @Nullable Member ahead;

  /**
   * @param newest whether it is the capture whose listing is read, and so has no content that is
   *     not asked for
   */
  StoredContents(String source, Captured captured, WalkOrder order, boolean newest) {
    this.source = source;
    this.captured = captured;
    this.order = order;
    this.newest = newest;
  }

  /** Goes to a file's content. */
  void seek(String name, long size) throws IOException {
    ArchiveReader reader = archive();
    while (ahead != null && order.compare(ahead.name(), name) < 0) {
      pass(reader, ahead);
    }
    Member found = ahead;
    if (found == null || !found.name().equals(name) || found.type() != Member.Type.FILE) {
      throw reader.refuse(name, "is missing: the listing says that its content is here");
    }
    if (found.size() != size) {
      throw reader.refuse(
          name, "has %d bytes, and the listing says %d".formatted(found.size(), size));
    }
  }

  /** Reads the content, as much of it as fits. */
  int read(byte[] bytes) throws IOException {
    return archive().read(bytes);
  }

  /** Ends the content. */
  void next() throws IOException {
    ahead = archive().next();
  }

  /** Ends the archive: the newest one is read to its end. */
  void finish() throws IOException {
    if (newest) {
      ArchiveReader reader = archive();
      for (Member left = ahead; left != null; left = ahead) {
        pass(reader, left);
      }
    }
  }

  private void pass(ArchiveReader reader, Member member) throws IOException {
    if (newest && member.type() == Member.Type.FILE) {
      throw reader.refuse(member.name(), "is not in the listing");
    }
    ahead = reader.next();
  }

  /** Says why a file's content is refused. */
  IntegrityException refuse(String name, String why) throws IOException {
    return archive().refuse(name, why);
  }

  private ArchiveReader archive() throws IOException {
    ArchiveReader open = archive;
    if (open == null) {
      open = ArchiveReader.open(source, captured);
      archive = open;
      ahead = open.next();
    }
    return open;
  }

  @Override
  public void close() throws IOException {
    if (archive != null) {
      archive.close();
    }
  }
}
