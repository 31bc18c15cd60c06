package io.tradingengine.backup.core.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes the members of a tar, in the form that {@link Archive} has. Not safe for concurrent use.
 */
final class TarMembers {
  /** How long a name the header takes. The library shortens longer ones in quadratic time. */
  private static final int SHORT_NAME = 99;

  private static final int NANO_DIGITS = 9;

  private final BufferedOutputStream buffered;
  private final TarArchiveOutputStream tar;

  TarMembers(OutputStream out) {
    this.buffered = new BufferedOutputStream(out, Archive.BUFFER);
    this.tar = new TarArchiveOutputStream(buffered, Archive.NAME_ENCODING);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
  }

  /** Bytes written so far. */
  long position() {
    return tar.getBytesWritten();
  }

  /** Writes content of the member that was begun. */
  void write(byte[] bytes, int offset, int length) throws IOException {
    tar.write(bytes, offset, length);
  }

  /** Ends the member that was begun. */
  void end() throws IOException {
    tar.closeArchiveEntry();
  }

  /** Ends the archive; what it was written to stays open. */
  void finish() throws IOException {
    tar.finish();
    buffered.flush();
  }

  /** Begins a member, before it what its header has no room for. */
  void begin(TarArchiveEntry header, FileTime modified) throws IOException {
    Instant instant = modified.toInstant();
    Instant second = instant.truncatedTo(ChronoUnit.SECONDS);
    if (!instant.equals(second)) {
      putExtra("PaxHeaders/mtime", TarConstants.LF_PAX_EXTENDED_HEADER_LC, timeRecord(instant));
    }
    header.setLastModifiedTime(FileTime.from(second));
    String name = header.getName();
    if (name.length() > SHORT_NAME) {
      putExtra(TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME, terminated(name));
      header.setName(name.substring(0, SHORT_NAME));
    }
    String link = header.getLinkName();
    if (link.length() > SHORT_NAME) {
      putExtra(TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGLINK, terminated(link));
      header.setLinkName(link.substring(0, SHORT_NAME));
    }
    tar.putArchiveEntry(header);
  }

  private void putExtra(String name, byte type, byte[] content) throws IOException {
    TarArchiveEntry extra = new TarArchiveEntry(name, type);
    extra.setSize(content.length);
    extra.setLastModifiedTime(FileTime.fromMillis(0));
    tar.putArchiveEntry(extra);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static byte[] terminated(String raw) {
    return (raw + '\0').getBytes(StandardCharsets.ISO_8859_1);
  }

  /** {@code LENGTH mtime=SECONDS.NANOS}: the library itself writes no more than seven digits. */
  private static byte[] timeRecord(Instant instant) {
    BigDecimal seconds =
        BigDecimal.valueOf(instant.getEpochSecond())
            .add(BigDecimal.valueOf(instant.getNano(), NANO_DIGITS));
    String text = " mtime=" + seconds.toPlainString() + "\n";
    int length = text.length() + 2;
    return (length + text).getBytes(StandardCharsets.US_ASCII);
  }
}
