package io.tradingengine.backup.core.files;

import io.tradingengine.backup.spi.IndexEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes what a walk comes by into a tar. Not safe for concurrent use.
 *
 * <p>A file with several names in one root is stored under the first, and the others as hard links.
 * Owners stand by number and name, times with nanoseconds. Extended attributes and access control
 * lists are not kept.
 */
final class TreeCapture implements TreeWalk.Visitor {
  private static final byte[] ZEROS = new byte[Archive.BUFFER];

  private final Index index;
  private final TarMembers tar;
  private final FindingLog findings;
  private final OwnerNames owners = new OwnerNames();
  private final Totals totals = new Totals();
  private final FirstNames<Place> firstNames = new FirstNames<>();
  private final byte[] buffer = new byte[Archive.BUFFER];
  private long written;
  private Optional<MessageDigest> hashing = Optional.empty();

  /** Where a file with several names is stored. */
  private record Place(String member, long offset, long size) {}

  /** What came of reading a file. */
  private record Copied(long read, boolean failed) {}

  /** Takes note of where each file stands in the tar. */
  @FunctionalInterface
  interface Index {
    void add(IndexEntry entry) throws IOException;
  }

  /**
   * What stands in the tar for a file.
   *
   * @param size bytes of its content in the tar; 0 for a hard link
   * @param disk what these take up, in bytes of whole blocks that are not zeros
   * @param first for a hard link, the member that it names once more; else empty
   * @param read whether all of the content could be read; the rest is zeros
   */
  record Stored(long size, long disk, String first, boolean read) {}

  TreeCapture(OutputStream out, Index index, FindingLog findings) {
    this.index = index;
    this.findings = findings;
    this.tar = new TarMembers(out);
  }

  /** What was written so far. */
  Totals totals() {
    return totals;
  }

  /**
   * Ends a root.
   *
   * @return what its files take up on disk, in bytes
   */
  long endRoot() {
    firstNames.clear();
    long bytes = written;
    written = 0;
    return bytes;
  }

  /** Ends the archive; what it was written to stays open. */
  void finish() throws IOException {
    tar.finish();
  }

  @Override
  public void directory(TreeWalk.Node node) throws IOException {
    putWhole(header(node, node.member() + "/", TarConstants.LF_DIR), node);
    index(node, IndexEntry.Type.DIRECTORY, tar.position(), 0, "");
    totals.addDirectory();
  }

  @Override
  public void symlink(TreeWalk.Node node, String target) throws IOException {
    TarArchiveEntry header = header(node, node.member(), TarConstants.LF_SYMLINK);
    header.setLinkName(target);
    putWhole(header, node);
    index(node, IndexEntry.Type.SYMLINK, tar.position(), 0, RawNames.show(target));
    totals.addLink();
  }

  @Override
  public void file(TreeWalk.Node node, TreeWalk.Opener opener)
      throws IOException, InterruptedException {
    store(node, opener, Optional.empty());
  }

  /**
   * Writes a file.
   *
   * @param digest is given the content as it stands in the tar
   * @return what was written; empty if the file cannot be opened, which is a finding
   */
  Optional<Stored> store(TreeWalk.Node node, TreeWalk.Opener opener, Optional<MessageDigest> digest)
      throws IOException, InterruptedException {
    Optional<Place> first = firstNames.next(node.stat());
    if (first.isPresent()) {
      hardLink(node, first.get());
      return Optional.of(new Stored(0, 0, first.get().member(), true));
    }
    long size;
    boolean read;
    long before = written;
    SeekableByteChannel channel;
    try {
      channel = opener.open();
    } catch (IOException e) {
      findings.leftOut(node.path(), e);
      return Optional.empty();
    }
    try (channel) {
      size = channel.size();
      TarArchiveEntry header = header(node, node.member(), TarConstants.LF_NORMAL);
      header.setSize(size);
      tar.begin(header, node.stat().modified());
      firstNames.add(node.stat(), new Place(node.member(), tar.position(), size));
      index(node, IndexEntry.Type.FILE, tar.position(), size, "");
      hashing = digest;
      read = copy(node, channel, size);
    }
    tar.end();
    totals.addFile(size);
    return Optional.of(new Stored(size, written - before, "", read));
  }

  private void hardLink(TreeWalk.Node node, Place first) throws IOException {
    TarArchiveEntry header = header(node, node.member(), TarConstants.LF_LINK);
    header.setLinkName(first.member());
    putWhole(header, node);
    index(node, IndexEntry.Type.FILE, first.offset(), first.size(), "");
    totals.addFile(0);
  }

  /**
   * Writes exactly {@code size} bytes, whatever the file does meanwhile.
   *
   * @return whether they could be read
   */
  private boolean copy(TreeWalk.Node node, SeekableByteChannel channel, long size)
      throws IOException, InterruptedException {
    Copied copied = copyAvailable(node.path(), channel, size);
    pad(size - copied.read());
    if (copied.failed()) {
      return false;
    }
    if (copied.read() < size) {
      findings.warning(
          node.path(),
          "shrank from %d to %d bytes while it was read; the rest is zeros in the backup"
              .formatted(size, copied.read()),
          "back up again, or back up what writes it in another way");
      return false;
    }
    reportChange(node, size);
    return true;
  }

  private Copied copyAvailable(Path path, SeekableByteChannel channel, long size)
      throws IOException, InterruptedException {
    long read = 0;
    while (read < size) {
      int wanted = (int) Math.min(buffer.length, size - read);
      int got;
      try {
        got = fill(channel, wanted);
      } catch (ClosedByInterruptException e) {
        throw interrupted(path, e);
      } catch (IOException e) {
        findings.warning(
            path,
            "could be read only up to byte %d of %d: %s; the rest is zeros in the backup"
                .formatted(read, size, FindingLog.reason(e)),
            "see to its cause, such as a failing disk, and back up again");
        return new Copied(read, true);
      }
      content(buffer, got);
      written += Holes.bytesToWrite(buffer, got);
      read += got;
      if (got < wanted) {
        break;
      }
    }
    return new Copied(read, false);
  }

  private int fill(SeekableByteChannel channel, int wanted) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, wanted);
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
      // Reads on until the piece is full or the file ends.
    }
    return bytes.position();
  }

  static InterruptedException interrupted(Path path, ClosedByInterruptException cause) {
    Thread.interrupted(); // the exception stands for the interruption from here on
    InterruptedException interrupted =
        new InterruptedException("interrupted while reading " + path);
    interrupted.initCause(cause);
    return interrupted;
  }

  private void pad(long missing) throws IOException {
    for (long left = missing; left > 0; left -= ZEROS.length) {
      content(ZEROS, (int) Math.min(left, ZEROS.length));
    }
  }

  private void content(byte[] bytes, int length) throws IOException {
    tar.write(bytes, 0, length);
    hashing.ifPresent(digest -> digest.update(bytes, 0, length));
  }

  private void reportChange(TreeWalk.Node node, long size) {
    try {
      FileStat now = FileStat.of(node.path());
      if (now.inode().equals(node.stat().inode()) && now.size() > size) {
        findings.info(
            node.path(),
            "grew from %d to %d bytes while it was read; the backup has the first %d"
                .formatted(size, now.size(), size));
      } else if (!now.inode().equals(node.stat().inode())
          || !now.modified().equals(node.stat().modified())) {
        findings.info(node.path(), "was changed while it was read");
      }
    } catch (IOException e) {
      findings.info(node.path(), "vanished while it was read; the backup has it");
    }
  }

  private TarArchiveEntry header(TreeWalk.Node node, String name, byte type) {
    FileStat stat = node.stat();
    TarArchiveEntry header = new TarArchiveEntry(name, type);
    header.setMode(stat.mode());
    header.setUserId(stat.uid());
    header.setGroupId(stat.gid());
    OwnerNames.Names names = owners.of(node.path(), stat);
    header.setUserName(RawNames.fromText(names.user()));
    header.setGroupName(RawNames.fromText(names.group()));
    return header;
  }

  /** Writes a member that has no content. */
  private void putWhole(TarArchiveEntry header, TreeWalk.Node node) throws IOException {
    tar.begin(header, node.stat().modified());
    tar.end();
  }

  private void index(TreeWalk.Node node, IndexEntry.Type type, long offset, long size, String link)
      throws IOException {
    index.add(
        new IndexEntry(RawNames.show(node.member()), type, node.stat().mode(), offset, size, link));
  }
}
