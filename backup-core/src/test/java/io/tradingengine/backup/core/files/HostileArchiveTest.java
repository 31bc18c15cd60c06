package io.tradingengine.backup.core.files;

import static io.tradingengine.backup.core.files.Trees.into;
import static io.tradingengine.backup.core.files.Trees.restore;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives that somebody else made, to write where a restore must not. */
class HostileArchiveTest {
  @TempDir Path temp;
  private Path into;
  private Path outside;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");
  private final Map<String, String> attributes = new HashMap<>();

  @BeforeEach
  void begin() throws IOException {
    into = temp.resolve("into");
    outside = Files.createDirectory(temp.resolve("outside"));
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    attributes.putAll(
        Map.of(
            "root.1", "/srv/app",
            "root.1.bytes", "4096",
            "files", "0",
            "directories", "1",
            "links", "0",
            "bytes", "0"));
    add("srv/app/", TarConstants.LF_DIR, entry -> {});
  }

  @AfterEach
  void nothingIsLeftAnywhere() throws IOException {
    assertThat(into).doesNotExist();
    assertThat(Trees.list(outside)).isEmpty();
    assertThat(Trees.list(temp)).containsExactly("outside");
  }

  private void add(String name, byte type, Consumer<TarArchiveEntry> more) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    more.accept(entry);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private void addFile(String name, String content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
    byte[] data = content.getBytes(UTF_8);
    entry.setSize(data.length);
    tar.putArchiveEntry(entry);
    tar.write(data);
    tar.closeArchiveEntry();
  }

  private Captured captured() throws IOException {
    tar.finish();
    return captured(bytes.toByteArray());
  }

  private Captured captured(byte[] archive) {
    return new MemoryCapture()
        .replace("files", "tar", archive)
        .captured(new SourceState(Instant.EPOCH, attributes));
  }

  private void assertRefused(String member, String why) throws IOException {
    Captured captured = captured();
    assertThatThrownBy(() -> restore(into(captured, into)))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("member '" + member + "' " + why)
        .hasMessageContaining("HINT");
  }

  @Test
  void anAbsoluteNameIsRefused() throws IOException {
    addFile("/srv/app/passwd", "x");
    assertRefused("/srv/app/passwd", "has an absolute name");
  }

  @Test
  void dotDotIsRefused() throws IOException {
    addFile("srv/app/../../../outside/x", "x");
    assertRefused("srv/app/../../../outside/x", "has a name that is no plain path");
  }

  @Test
  void dotDotAsTheLastPartIsRefused() throws IOException {
    add("srv/app/..", TarConstants.LF_DIR, entry -> {});
    assertRefused("srv/app/..", "has a name that is no plain path");
  }

  @Test
  void anEmptyPartIsRefused() throws IOException {
    addFile("srv/app//x", "x");
    assertRefused("srv/app//x", "has a name that is no plain path");
  }

  @Test
  void aZeroByteIsRefused() throws IOException {
    addFile("srv/app/" + "x".repeat(120) + "\0y", "x");
    assertRefused("srv/app/" + "x".repeat(120) + "\\x00y", "has a name with a zero byte");
  }

  @Test
  void aMemberOutsideTheCapturedPathsIsRefused() throws IOException {
    addFile("srv/application", "x");
    assertRefused("srv/application", "lies outside the captured paths");
  }

  @Test
  void goingThroughALinkMadeEarlierIsRefused() throws IOException {
    add("srv/app/link", TarConstants.LF_SYMLINK, entry -> entry.setLinkName(outside.toString()));
    addFile("srv/app/link/x", "x");
    assertRefused("srv/app/link/x", "goes through 'srv/app/link'");
  }

  @Test
  void aCapturedPathThatIsALinkIsRefused() throws IOException {
    bytes.reset();
    add("srv/app", TarConstants.LF_SYMLINK, entry -> entry.setLinkName(outside.toString()));
    assertRefused("srv/app", "is a link in place of a captured path");
  }

  @Test
  void aLinkThatIsReplacedByAFolderIsRefused() throws IOException {
    add("srv/app/link", TarConstants.LF_SYMLINK, entry -> entry.setLinkName(outside.toString()));
    add("srv/app/link/", TarConstants.LF_DIR, entry -> {});
    assertRefused("srv/app/link", "stands twice");
  }

  @Test
  void aHardLinkToTheOutsideIsRefused() throws IOException {
    add("srv/app/x", TarConstants.LF_LINK, entry -> entry.setLinkName("/etc/passwd"));
    assertRefused("srv/app/x", "is a hard link out of its captured path");
  }

  @Test
  void aHardLinkUpAndOutIsRefused() throws IOException {
    add(
        "srv/app/x",
        TarConstants.LF_LINK,
        entry -> entry.setLinkName("srv/app/../../../../etc/passwd"));
    assertRefused("srv/app/x", "is a hard link out of its captured path");
  }

  @Test
  void aHardLinkThroughASymbolicLinkIsRefused() throws IOException {
    add("srv/app/a", TarConstants.LF_SYMLINK, entry -> entry.setLinkName("/etc"));
    add("srv/app/b", TarConstants.LF_LINK, entry -> entry.setLinkName("srv/app/a/passwd"));
    assertRefused("srv/app/b", "is a hard link through what is no folder");
  }

  @Test
  void aHardLinkToWhatComesLaterIsRefused() throws IOException {
    add("srv/app/b", TarConstants.LF_LINK, entry -> entry.setLinkName("srv/app/c"));
    assertRefused("srv/app/b", "is a hard link to 'srv/app/c', which is no file");
  }

  @Test
  void aDeviceIsRefused() throws IOException {
    add("srv/app/sda", TarConstants.LF_BLK, entry -> {});
    assertRefused("srv/app/sda", "is a device");
  }

  @Test
  void aNamedPipeIsRefused() throws IOException {
    add("srv/app/pipe", TarConstants.LF_FIFO, entry -> {});
    assertRefused("srv/app/pipe", "is a named pipe");
  }

  @Test
  void anUnknownTypeIsRefused() throws IOException {
    add("srv/app/x", TarConstants.LF_CONTIG, entry -> {});
    assertRefused("srv/app/x", "is of the unknown type '7'");
  }

  @Test
  void aNameThatStandsTwiceIsRefused() throws IOException {
    addFile("srv/app/x", "x");
    addFile("srv/app/x", "y");
    assertRefused("srv/app/x", "stands twice");
  }

  @Test
  void aNameThatComesBackLaterIsRefused() throws IOException {
    addFile("srv/app/x", "x");
    addFile("srv/app/y", "y");
    addFile("srv/app/x", "z");
    assertRefused("srv/app/x", "is out of order, or stands twice");
  }

  @Test
  void aFolderThatComesBackLaterIsRefused() throws IOException {
    add("srv/app/a/", TarConstants.LF_DIR, entry -> {});
    add("srv/app/b/", TarConstants.LF_DIR, entry -> {});
    addFile("srv/app/a/x", "x");
    assertRefused("srv/app/a/x", "goes through 'srv/app/a'");
  }

  @Test
  void aSizeBeyondTheEndIsRefused() throws IOException {
    addFile("srv/app/x", "x".repeat(100_000));
    tar.finish();
    byte[] cut = Arrays.copyOf(bytes.toByteArray(), 50_000);
    assertThatThrownBy(() -> restore(into(captured(cut), into)))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("member 'srv/app/x' says it has 100000 bytes");
  }

  @Test
  void anArchiveCutBetweenMembersIsRefused() throws IOException {
    addFile("srv/app/x", "x");
    attributes.put("files", "2");
    attributes.put("bytes", "1");
    Captured captured = captured();
    assertThatThrownBy(() -> restore(into(captured, into)))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("has 1 files, and the manifest says 2");
  }

  @Test
  void anArchiveWithoutACapturedPathIsRefused() throws IOException {
    attributes.put("root.2", "/srv/other");
    attributes.put("root.2.bytes", "0");
    Captured captured = captured();
    assertThatThrownBy(() -> restore(into(captured, into)))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("lacks captured paths");
  }

  @Test
  void aNameThatWouldFillTheMemoryIsRefused() throws IOException {
    TarArchiveEntry name =
        new TarArchiveEntry(TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME);
    name.setSize(1 << 20);
    tar.putArchiveEntry(name);
    tar.write(new byte[1 << 20]);
    tar.closeArchiveEntry();
    Captured captured = captured();
    assertThatThrownBy(() -> restore(into(captured, into)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("after member 'srv/app/': a header is longer than 65536 bytes");
  }

  @Test
  void whatIsNoArchiveIsRefused() {
    byte[] noise = new byte[4096];
    Arrays.fill(noise, (byte) 0x5a);
    assertThatThrownBy(() -> restore(into(captured(noise), into)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot read the archive full-20240115-020000/config/files");
  }

  @Test
  void capturedPathsThatLeadAwayAreRefused() throws IOException {
    for (String path : new String[] {"../etc", "/srv/../etc", "/", "", "/srv//app", "/srv/app/"}) {
      attributes.put("root.1", path);
      Captured captured = captured(new byte[0]);
      assertThatThrownBy(() -> restore(into(captured, into)))
          .as(path)
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("captured path");
    }
  }
}
