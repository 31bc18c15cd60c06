package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.spi.Sha256;
import io.tradingengine.backup.spi.WalArchiveSource.WalFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the files are that a server hands to {@code archive_command}: segments, the last one of a
 * timeline with {@code .partial}, histories of timelines, and labels of backups. A segment says
 * itself whose it is; for the others, {@code pg_control} beside them does.
 */
final class WalFiles {
  private static final Pattern NAME =
      Pattern.compile(
          "([0-9A-F]{8})(?:([0-9A-F]{8})([0-9A-F]{8})(\\.partial|\\.[0-9A-F]{8}\\.backup)?"
              + "|\\.history)");
  private static final int TIMELINE = 1;
  private static final int ADDRESS = 2;
  private static final int SEGMENT = 3;
  private static final int KIND = 4;

  /** The header of a segment's first page, as {@code XLogLongPageHeaderData} has it. */
  private static final int HEADER_BYTES = 40;

  private static final int INFO = 2;
  private static final int PAGE_TIMELINE = 4;
  private static final int PAGE_ADDRESS = 8;
  private static final int SYSTEM_ID = 24;
  private static final int SEGMENT_BYTES = 32;

  /** The high byte of the magic number, which no version has changed. */
  private static final int MAGIC = 0xD1;

  /** {@code XLP_LONG_HEADER}. */
  private static final int LONG_HEADER = 2;

  private static final String CONTROL = "global/pg_control";

  private WalFiles() {}

  static WalFile describe(Path file) throws IOException {
    String name = file.getFileName().toString();
    Matcher parts = parse(name);
    return new WalFile(prefix(cluster(file, parts), name), WalFile.digest(digest(file)));
  }

  static String prefix(String cluster, String name) {
    Matcher parts = parse(name);
    boolean history = parts.group(ADDRESS) == null;
    return cluster + "/" + (history ? "" : parts.group(TIMELINE) + "/") + name + ".";
  }

  private static Matcher parse(String name) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      throw new BackupException(
          "'" + name + "' is no file of PostgreSQL's log",
          "give what the server gives for %p or %f, such as 000000010000000000000003",
          null);
    }
    return parts;
  }

  private static String cluster(Path file, Matcher parts) throws IOException {
    String kind = parts.group(KIND);
    boolean pages = parts.group(ADDRESS) != null && (kind == null || kind.equals(".partial"));
    if (pages) {
      return clusterOfSegment(file, parts);
    }
    return clusterOf(file)
        .orElseThrow(
            () ->
                new BackupException(
                    "It cannot be told which cluster " + file + " belongs to",
                    "archive it where it stands, in pg_wal of a data directory: there is no "
                        + control(file),
                    null));
  }

  private static String clusterOfSegment(Path file, Matcher parts) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer header = start(channel, HEADER_BYTES);
      if (header.hasRemaining() || !isFirstPage(header)) {
        throw damaged(file, "it does not begin as a segment does");
      }
      long size = Integer.toUnsignedLong(header.getInt(SEGMENT_BYTES));
      if (Long.bitCount(size) != 1 || channel.size() != size) {
        throw damaged(file, "it has " + channel.size() + " bytes, and says " + size);
      }
      long address = Long.parseLong(parts.group(ADDRESS), 16) << 32;
      long start = address + Long.parseLong(parts.group(SEGMENT), 16) * size;
      if (header.getLong(PAGE_ADDRESS) != start) {
        throw damaged(file, "it begins at another position than its name says");
      }
      // The first segment of a timeline begins with pages of the one before.
      long timeline = Integer.toUnsignedLong(header.getInt(PAGE_TIMELINE));
      if (timeline < 1 || timeline > Long.parseLong(parts.group(TIMELINE), 16)) {
        throw damaged(file, "it begins with timeline " + timeline);
      }
      return Long.toUnsignedString(header.getLong(SYSTEM_ID));
    }
  }

  private static boolean isFirstPage(ByteBuffer header) {
    return ((header.getShort(0) >> 8) & 0xFF) == MAGIC
        && (header.getShort(INFO) & LONG_HEADER) != 0;
  }

  private static BackupException damaged(Path file, String why) {
    return new BackupException(
        file + " is no whole segment of PostgreSQL's log: " + why,
        "archive what the server itself names, once it is complete",
        null);
  }

  static Optional<String> clusterOf(Path file) throws IOException {
    try (FileChannel control = FileChannel.open(control(file), StandardOpenOption.READ)) {
      ByteBuffer start = start(control, Long.BYTES);
      return start.hasRemaining()
          ? Optional.empty()
          : Optional.of(Long.toUnsignedString(start.getLong(0)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The first bytes of a file; some remain if it is shorter. */
  private static ByteBuffer start(FileChannel file, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    int count = 0;
    while (count >= 0 && bytes.hasRemaining()) {
      count = file.read(bytes);
    }
    return bytes;
  }

  private static Sha256 digest(Path file) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return Sha256.from(digest);
  }

  /** Beside it as the server sees it: its folder may be a link to another disk. */
  private static Path control(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    Path data = folder == null ? null : folder.getParent();
    return (data == null ? file.toAbsolutePath().getRoot() : data).resolve(CONTROL);
  }
}
