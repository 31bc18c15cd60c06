package io.tradingengine.backup.core.files;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.Captured.ArtifactInfo;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * Reads an archive's members one after the other, and refuses what {@link TreeCapture} never
 * writes. Not safe for concurrent use.
 */
final class ArchiveReader implements Members {
  /** Far more than the longest name and the longest link need. */
  private static final int MAX_HEADERS = 64 << 10;

  private final String key;
  private final long length;
  private final Metered in;
  private final TarArchiveInputStream tar;
  private String last = "its beginning";

  private ArchiveReader(String key, long length, Metered in) {
    this.key = key;
    this.length = length;
    this.in = in;
    this.tar = new TarArchiveInputStream(in, Archive.NAME_ENCODING);
  }

  /** Gives out so many bytes and no more: the library keeps the whole of a header in memory. */
  private static final class Metered extends FilterInputStream {
    private long left;

    Metered(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (left <= 0) {
        throw new IOException("a header is longer than " + MAX_HEADERS + " bytes");
      }
      int got = super.read(bytes, from, (int) Math.min(length, left));
      left -= Math.max(got, 0);
      return got;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = super.skip(Math.min(count, left));
      left -= skipped;
      return skipped;
    }
  }

  static ArchiveReader open(String source, Captured captured) throws IOException {
    String key = captured.backupId() + "/" + source + "/" + Archive.ARTIFACT;
    long length =
        captured.artifacts().stream()
            .filter(artifact -> artifact.name().equals(Archive.ARTIFACT))
            .mapToLong(ArtifactInfo::size)
            .findFirst()
            .orElseThrow(() -> new IntegrityException(key, "is missing from the manifest", null));
    return of(key, length, captured.open(Archive.ARTIFACT, 0));
  }

  /**
   * Reads a tar.
   *
   * @param key what messages call it
   * @param length how long it is at most, in bytes
   */
  static ArchiveReader of(String key, long length, InputStream in) {
    return new ArchiveReader(key, length, new Metered(new BufferedInputStream(in, Archive.BUFFER)));
  }

  @Override
  public @Nullable Member next() throws IOException {
    skipContent();
    TarArchiveEntry entry;
    try {
      in.left = MAX_HEADERS;
      entry = tar.getNextEntry();
      in.left = Long.MAX_VALUE;
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          "cannot read the archive " + key + " after " + last + ": " + e.getMessage(), e);
    }
    if (entry == null) {
      return null;
    }
    last = "member '" + RawNames.show(entry.getName()) + "'";
    Member.Type type = type(entry);
    long size = type == Member.Type.FILE ? entry.getSize() : 0;
    if (entry.getSize() != size) {
      throw refuse(entry.getName(), "has content, which only files have");
    }
    if (size < 0 || size > length - Math.max(0, entry.getDataOffset())) {
      throw refuse(entry.getName(), "says it has " + size + " bytes, more than the archive");
    }
    String name = entry.getName();
    return new Member(
        type == Member.Type.DIRECTORY && name.endsWith("/")
            ? name.substring(0, name.length() - 1)
            : name,
        type,
        entry.getMode() & 07777,
        entry.getLongUserId(),
        entry.getLongGroupId(),
        entry.getLastModifiedTime(),
        size,
        entry.getLinkName());
  }

  @Override
  public int read(byte[] bytes) throws IOException {
    int filled = 0;
    while (filled < bytes.length) {
      int got = readSome(bytes, filled);
      if (got < 0) {
        break;
      }
      filled += got;
    }
    return filled;
  }

  /** What nobody has read of the current member's content; the next header is metered. */
  private void skipContent() throws IOException {
    if (tar.getCurrentEntry() != null) {
      byte[] skipped = new byte[Archive.BLOCK];
      while (read(skipped) > 0) {
        // Reads on to the member's end.
      }
    }
  }

  private int readSome(byte[] bytes, int from) throws IOException {
    try {
      return tar.read(bytes, from, bytes.length - from);
    } catch (IOException e) {
      throw new IOException(
          "cannot read the content of " + last + " in " + key + ": " + e.getMessage(), e);
    }
  }

  @Override
  public IntegrityException refuse(String member, String why) {
    return new IntegrityException(
        key,
        "member '" + RawNames.show(member) + "' " + why,
        "the archive was not written by this software, or was tampered with: it is not restored",
        null);
  }

  @Override
  public IntegrityException refuse(String why) {
    return new IntegrityException(key, why, null);
  }

  private Member.Type type(TarArchiveEntry entry) {
    if (entry.isSparse()) {
      throw refuse(entry.getName(), "is a sparse member");
    }
    return switch (entry.getLinkFlag()) {
      case TarConstants.LF_NORMAL -> Member.Type.FILE;
      case TarConstants.LF_DIR -> Member.Type.DIRECTORY;
      case TarConstants.LF_SYMLINK -> Member.Type.SYMLINK;
      case TarConstants.LF_LINK -> Member.Type.HARD_LINK;
      case TarConstants.LF_CHR, TarConstants.LF_BLK -> throw refuse(entry.getName(), "is a device");
      case TarConstants.LF_FIFO -> throw refuse(entry.getName(), "is a named pipe");
      default ->
          throw refuse(
              entry.getName(), "is of the unknown type '" + (char) entry.getLinkFlag() + "'");
    };
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
