package io.tradingengine.backup.core.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Goal;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions that somebody else made, to write where a restore must not, or something else. */
class HostileVersionTest {
  private static final String SERIES = "v20240115020000000-0123abcd";
  private static final String ROOT = "srv/app";

  @TempDir Path temp;
  private Path into;
  private Path outside;
  private MemorySink sink;

  /** Members of a tar; content ends in nothing, names in a slash for folders. */
  private record Entry(String name, byte type, String text) {
    static Entry folder(String name) {
      return new Entry(name + "/", TarConstants.LF_DIR, "");
    }

    static Entry file(String name, String content) {
      return new Entry(name, TarConstants.LF_NORMAL, content);
    }

    static Entry link(String name, String target) {
      return new Entry(name, TarConstants.LF_SYMLINK, target);
    }

    static Entry hardLink(String name, String target) {
      return new Entry(name, TarConstants.LF_LINK, target);
    }
  }

  @BeforeEach
  void begin() throws IOException {
    into = temp.resolve("into");
    outside = Files.createDirectory(temp.resolve("outside"));
    sink = new MemorySink(temp.resolve("spool"));
    put(
        0,
        head(SERIES, 0, ROOT, Map.of("files", 1L, "directories", 2L, "links", 1L, "bytes", 1L)),
        null,
        List.of(
            Entry.folder(ROOT),
            Entry.file(ROOT + "/a", "a"),
            Entry.folder(ROOT + "/d"),
            Entry.link(ROOT + "/l", outside.toString())));
  }

  @AfterEach
  void nothingIsLeftAnywhere() throws IOException {
    assertThat(Trees.list(outside)).isEmpty();
    assertThat(Trees.list(temp)).containsExactly("outside");
  }

  private static VersionHead head(
      String series, long number, String root, Map<String, Long> totals) {
    return new VersionHead(series, number, List.of(new VersionHead.Root(root, 0)), totals);
  }

  private static VersionHead any() {
    return head(SERIES, 1, ROOT, Map.of());
  }

  private void put(long number, VersionHead head, @Nullable String gone, List<Entry> entries)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(head.toTar());
    if (gone != null) {
      OutputStream member =
          VersionHead.beginMember(bytes, VersionHead.GONE, gone.getBytes(UTF_8).length);
      member.write(gone.getBytes(UTF_8));
      VersionHead.endMember(member);
    }
    TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");
    for (Entry entry : entries) {
      TarArchiveEntry header = new TarArchiveEntry(entry.name(), entry.type(), true);
      boolean file = entry.type() == TarConstants.LF_NORMAL;
      header.setMode(0755);
      if (file) {
        header.setSize(entry.text().length());
      } else {
        header.setLinkName(entry.text());
      }
      tar.putArchiveEntry(header);
      if (file) {
        tar.write(entry.text().getBytes(UTF_8));
      }
      tar.closeArchiveEntry();
    }
    tar.finish();
    sink.pieces.put(
        SERIES + "/" + number + "-2024011502000000" + number + ".tree", bytes.toByteArray());
  }

  private RestoreTask task(long number) {
    return new RestoreTask(
        new MemoryCapture().captured(new SourceState(Instant.EPOCH, Map.of())),
        Optional.of(
            new Replay(
                new Goal.At(new StreamPosition(SERIES, number)),
                OptionalLong.empty(),
                Replay.Afterwards.OPEN,
                sink)),
        Optional.of(into),
        Map.of(),
        false,
        bytes -> {});
  }

  private void restore(long number) throws Exception {
    Trees.restore(
        new FilesSource(
            "config", List.of(Path.of("/nowhere")), Excludes.parse(List.of()), Clock.systemUTC()),
        task(number));
  }

  private void assertRefused(String why) {
    assertThatThrownBy(() -> restore(1))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining(why);
  }

  private void assertRefused(String gone, List<Entry> entries, String why) throws IOException {
    put(1, any(), gone, entries);
    assertRefused(why);
  }

  @Test
  void whatThisWriterMakesIsTaken() throws Exception {
    put(
        1,
        head(SERIES, 1, ROOT, Map.of("files", 2L, "directories", 1L, "links", 0L, "bytes", 4L)),
        ROOT + "/d\0" + ROOT + "/l\0",
        List.of(Entry.folder(ROOT), Entry.file(ROOT + "/b", "b"), Entry.file(ROOT + "/c", "bc")));
    put(
        2,
        head(SERIES, 2, ROOT, Map.of("files", 2L, "directories", 1L, "links", 0L, "bytes", 2L)),
        ROOT + "/d\0" + ROOT + "/l\0",
        List.of(Entry.folder(ROOT), Entry.file(ROOT + "/b", "b")));
    assertRefused("has 3 files, and the version's head says 2");

    restore(2);

    assertThat(Trees.list(into.resolve(ROOT))).containsExactly("a", "b");
    TreeRemoval.remove(into);
  }

  @Test
  void namesOutsideOfTheRootsAreNotGone() throws IOException {
    assertRefused("etc/passwd\0", List.of(), "lists 'etc/passwd'");
    assertRefused("srv\0", List.of(), "lists 'srv'");
    assertRefused("srv/app/../../etc\0", List.of(), "lists 'srv/app/../../etc'");
    assertRefused("/srv/app/a\0", List.of(), "lists '/srv/app/a'");
    assertRefused("\0", List.of(), "lists ''");
  }

  @Test
  void namesThatVersion0DoesNotHaveAreNotGone() throws IOException {
    assertRefused(ROOT + "/b\0", List.of(), "lists 'srv/app/b'");
    assertRefused(ROOT + "/l\0" + ROOT + "/a\0", List.of(), "lists 'srv/app/a'");
    assertRefused(ROOT + "/z\0", List.of(), "lists 'srv/app/z'");
    assertRefused(ROOT + "/l", List.of(), "ends within a name");
    assertRefused("x".repeat(70_000), List.of(), "too long");
  }

  @Test
  void aRootIsNotGone() throws IOException {
    assertRefused(ROOT + "\0", List.of(), "lacks captured paths");
  }

  @Test
  void nothingIsWrittenThroughLinksOrOutside() throws IOException {
    Entry root = Entry.folder(ROOT);
    assertRefused("", List.of(root, Entry.file(ROOT + "/l/x", "x")), "which is no folder");
    assertRefused("", List.of(root, Entry.file(ROOT + "/../x", "x")), "no plain path");
    assertRefused("", List.of(root, Entry.file("etc/x", "x")), "outside the captured paths");
    assertRefused("", List.of(root, Entry.file("/etc/x", "x")), "absolute name");
    assertRefused("", List.of(root, Entry.hardLink(ROOT + "/h", "etc/passwd")), "out of its");
    assertRefused("", List.of(root, Entry.hardLink(ROOT + "/m", ROOT + "/l")), "is no file");
    assertRefused(
        "", List.of(root, Entry.hardLink(ROOT + "/m", ROOT + "/l/x")), "through what is no folder");
    assertRefused("", List.of(Entry.link(ROOT, outside.toString())), "in place of a captured path");
    assertRefused(
        "",
        List.of(root, Entry.link(ROOT + "/d", outside.toString()), Entry.file(ROOT + "/d/x", "x")),
        "which is no folder");
    assertRefused(
        "",
        List.of(root, Entry.file(ROOT + "/c", ""), Entry.file(ROOT + "/c", "")),
        "stands twice");
    assertRefused(
        "",
        List.of(root, Entry.file(ROOT + "/c", ""), Entry.file(ROOT + "/b", "")),
        "out of order");
  }

  @Test
  void piecesThatDoNotBelongTogetherAreRefused() throws IOException {
    put(1, head("v20240115020000000-ffffffff", 1, ROOT, Map.of()), "", List.of());
    assertRefused("is version 0 of the series " + SERIES);
    put(1, head(SERIES, 1, "srv/other", Map.of()), "", List.of());
    assertRefused("covers other paths");
    put(1, any(), null, List.of());
    assertRefused("has no list of what is gone");
    sink.pieces.replaceAll((name, bytes) -> name.contains("/1-") ? new byte[1024] : bytes);
    assertRefused("does not begin with");
  }
}
