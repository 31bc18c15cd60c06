package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters archives that were made up, and compares with what a simple-minded model keeps. */
class FilteredArchiveTest {
  private static final int PAGE = 8192;
  private static final PageLayout LAYOUT = new PageLayout(PAGE, 8);
  private static final Lsn SINCE = new Lsn(0x7_F000_0000L);
  private static final Instant TIME = Instant.parse("2024-01-15T02:00:00Z");

  @TempDir Path folder;

  private final Random random = new Random(7);
  private final Map<String, byte[]> parent = new LinkedHashMap<>();
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final MemorySink sink = new MemorySink();
  private final PageFindings pages = new PageFindings();

  private byte[] relation(int firstBlock, long... lsns) {
    ByteBuffer all = ByteBuffer.allocate(lsns.length * PAGE);
    for (int i = 0; i < lsns.length; i++) {
      all.put(Pages.page(PAGE, random, lsns[i], firstBlock + i));
    }
    return all.array();
  }

  private byte[] random(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  @BeforeEach
  void makeFiles() {
    long old = SINCE.value() - 1;
    long same = SINCE.value();
    long low = 0x1_FFFF_FFFFL; // a low half that is larger
    long high = 0x8_0000_0001L; // one that is smaller
    long unsigned = 0xFFFF_0000_0000_0001L;
    both("base/5/16384", relation(0, old, same, low, high, 0, unsigned, 1, old), 8);
    both("base/5/16384.1", relation(8, old, old, high), 8); // was longer
    both("base/5/16384.2", relation(16, old, old, old, old), 2); // was shorter
    both("base/5/16385", relation(0, old, old), 2); // nothing changed
    both("base/5/16386", relation(0, high, high), 2); // all
    byte[] unused = joined(relation(0, old), new byte[PAGE], relation(2, old), new byte[PAGE]);
    both("base/5/16387", unused, 4);
    byte[] fresh = relation(0, old, old);
    ByteBuffer.wrap(fresh).putShort(PAGE + 14, (short) 0);
    both("base/5/16388", fresh, 2);
    both("base/5/16389", relation(0, old), 0); // was empty
    both("base/5/16390", new byte[0], 3); // is empty now
    both("base/5/16391", joined(relation(0, old, old), random(100)), 3);
    both("base/5/16384_fsm", relation(0, old, old), 2);
    both("base/5/16384_vm", relation(0, old, old), 2);
    both("base/5/16384_init", relation(0, old, old), 2);
    both("global/1262", relation(0, old, high), 2);
    both("PG_VERSION", "15\n".getBytes(UTF_8), 0);
    parent.put("PG_VERSION", "15\n".getBytes(UTF_8));
    both("base/5/pg_filenode.map", random(512), 0);
    both("pg_xact/0000", relation(0, old, old), 2);
    files.put("base/5/17000", relation(0, old, old)); // not in the parent
    files.put("base/5/odd", random(1));
    parent.put("base/5/15000", new byte[PAGE]); // not there any more
    byte[] oddBefore = relation(0, old, old, old);
    files.put("base/5/16399", oddBefore);
    parent.put("base/5/16399", new byte[2 * PAGE + 1]); // two pages, and a part of one
  }

  private void both(String path, byte[] bytes, int blocksBefore) {
    files.put(path, bytes);
    parent.put(path, new byte[blocksBefore * PAGE]);
  }

  private static byte[] archive(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      put(tar, new TarArchiveEntry("base/5/"), 0700, new byte[0]);
      int i = 0;
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        put(tar, new TarArchiveEntry(file.getKey()), i++ % 2 == 0 ? 0600 : 0640, file.getValue());
      }
      TarArchiveEntry link = new TarArchiveEntry("pg_tblspc/16500", TarConstants.LF_SYMLINK);
      link.setLinkName("/fast");
      put(tar, link, 0777, new byte[0]);
    }
    return bytes.toByteArray();
  }

  private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, int mode, byte[] bytes)
      throws IOException {
    entry.setMode(mode);
    entry.setIds(123, 456);
    entry.setNames("postgres", "dba");
    entry.setModTime(java.nio.file.attribute.FileTime.from(TIME));
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private ParentFiles parentFiles() throws IOException {
    Path manifest = folder.resolve("manifest");
    Files.write(
        manifest,
        Manifests.of(
            parent.entrySet().stream()
                .map(each -> Manifests.file(each.getKey(), each.getValue()))
                .toList(),
            new Lsn(1),
            new Lsn(2)));
    return ParentFiles.read(
        TarCaptured.empty().with(ContentsReader.MANIFEST, manifest, List.of()), PAGE);
  }

  private FilteredArchives archives(boolean checksums) throws IOException {
    IncrementalBase base =
        new IncrementalBase(
            BackupId.parse("full-20240115-020000"),
            SINCE,
            1,
            150005,
            parentFiles(),
            Optional.empty());
    ServerFacts facts =
        new ServerFacts(
            "7", "15.5", 150005, 16 << 20, LAYOUT, checksums, Optional.empty(), "", Map.of());
    return new FilteredArchives(sink, facts, pages, base);
  }

  private static void write(FilteredArchives archives, String name, byte[] archive, int size)
      throws IOException {
    try (BackupPart part = archives.open(name)) {
      for (int at = 0; at < archive.length; at += size) {
        ByteBuffer piece = ByteBuffer.wrap(archive, at, Math.min(size, archive.length - at));
        part.write(piece);
        assertThat(piece.hasRemaining()).isFalse();
      }
      part.finish();
    }
  }

  /** The blocks that are kept; empty where the file goes on as it is. */
  private Optional<int[]> model(String path) {
    byte[] bytes = files.get(path);
    boolean isRelation = path.matches("(base/5|global)/[0-9]+(\\.[0-9]+)?");
    byte[] before = parent.get(path);
    if (!isRelation || before == null || bytes.length == 0 || bytes.length % PAGE != 0) {
      return Optional.empty();
    }
    return Optional.of(
        IntStream.range(0, bytes.length / PAGE)
            .filter(
                block -> {
                  byte[] page = Arrays.copyOfRange(bytes, block * PAGE, (block + 1) * PAGE);
                  long lsn = Pages.lsn(page);
                  return lsn == 0
                      || Long.compareUnsigned(lsn, SINCE.value()) >= 0
                      || Pages.upper(page) == 0
                      || block >= before.length / PAGE;
                })
            .toArray());
  }

  private byte[] expected(String path) {
    Optional<int[]> kept = model(path);
    byte[] bytes = files.get(path);
    if (kept.isEmpty()) {
      return bytes;
    }
    int truncation = Math.min(bytes.length, parent.get(path).length) / PAGE;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new BlockMap(PAGE, truncation, kept.get()).header());
    for (int block : kept.get()) {
      out.write(bytes, block * PAGE, PAGE);
    }
    return out.toByteArray();
  }

  private String expectedName(String path) {
    return model(path).isEmpty()
        ? path
        : path.replaceFirst("([0-9]+(\\.[0-9]+)?)$", "INCREMENTAL.$1");
  }

  @Test
  void theModelDoesWhatItIsMeantTo() {
    assertThat(model("base/5/16384").orElseThrow()).containsExactly(1, 3, 4, 5);
    assertThat(model("base/5/16384.1").orElseThrow()).containsExactly(2);
    assertThat(model("base/5/16384.2").orElseThrow()).containsExactly(2, 3);
    assertThat(model("base/5/16385").orElseThrow()).isEmpty();
    assertThat(model("base/5/16387").orElseThrow()).containsExactly(1, 3);
    assertThat(model("base/5/16388").orElseThrow()).containsExactly(1);
    assertThat(model("base/5/16389").orElseThrow()).containsExactly(0);
    assertThat(model("base/5/16399").orElseThrow()).containsExactly(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 511, 512, 513, 8191, 8192, 8193, 20_000, 1 << 20})
  void pagesAreKeptWhereverTheArchiveIsCut(int size) throws Exception {
    FilteredArchives archives = archives(true);
    write(archives, "base.tar", archive(files), size);
    archives.finish(SINCE);
    MemorySink.Stream base = sink.streams.get("base");
    assertThat(base.finished).isTrue();
    assertIsTheExpectedTar(base);
    assertThat(base.bytes().length % 512).isZero();

    Map<String, BlockMap> maps =
        BlockMaps.read(new ByteArrayInputStream(sink.streams.get("blocks").bytes()), PAGE);
    assertThat(maps.keySet())
        .containsExactlyInAnyOrderElementsOf(
            files.keySet().stream().filter(path -> model(path).isPresent()).toList());
    maps.forEach(
        (path, map) -> {
          assertThat(map.length()).as(path).isEqualTo(files.get(path).length / PAGE);
          assertThat(map.fileLength()).isEqualTo(expected(path).length);
          assertThat(IntStream.range(0, map.count()).map(map::block).toArray())
              .isEqualTo(model(path).orElseThrow());
        });
    // Checked whether kept or not: pages with an upper bound of 0 that are not all zeros, and the
    // part of a page.
    assertThat(pages.judge("pg", new Lsn(1), new Lsn(1), page -> false))
        .extracting(finding -> finding.message())
        .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
        .contains("base/5/16388, block 1");
  }

  private void assertIsTheExpectedTar(MemorySink.Stream base) throws IOException {
    byte[] bytes = base.bytes();
    List<String> names = new ArrayList<>();
    int i = 0;
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(bytes))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        names.add(entry.getName());
        IndexEntry index = base.index.get(i++);
        assertThat(index.path()).isEqualTo(entry.getName().replaceFirst("/$", ""));
        assertThat(index.mode()).isEqualTo(entry.getMode() & 07777);
        assertThat(index.size()).isEqualTo(entry.isFile() ? entry.getSize() : 0);
        assertThat(index.offset()).isEqualTo(tar.getBytesRead());
        assertThat(entry.getLongUserId()).isEqualTo(123);
        assertThat(entry.getLongGroupId()).isEqualTo(456);
        assertThat(entry.getUserName()).isEqualTo("postgres");
        assertThat(entry.getGroupName()).isEqualTo("dba");
        assertThat(entry.getLastModifiedTime().toInstant()).isEqualTo(TIME);
        if (entry.isFile() && !entry.isSymbolicLink()) {
          String original = entry.getName().replace("INCREMENTAL.", "");
          byte[] content = tar.readAllBytes();
          assertThat(content).as(original).isEqualTo(expected(original));
          int at = (int) index.offset();
          assertThat(Arrays.copyOfRange(bytes, at, at + content.length)).isEqualTo(content);
          int place = new ArrayList<>(files.keySet()).indexOf(original);
          assertThat(index.mode()).isEqualTo(place % 2 == 0 ? 0600 : 0640);
        }
      }
    }
    List<String> expected = new ArrayList<>();
    expected.add("base/5/");
    files.keySet().forEach(path -> expected.add(expectedName(path)));
    expected.add("pg_tblspc/16500");
    assertThat(names).isEqualTo(expected);
  }

  @Test
  void otherProgramsReadTheArchive() throws IOException {
    FilteredArchives archives = archives(false);
    write(archives, "base.tar", archive(files), 4096);
    Path tar = folder.resolve("base.tar");
    Files.write(tar, sink.streams.get("base").bytes());
    String listed = Oracles.run("tar", "--utc", "-tvf", tar.toString()).orFail().stdout();
    assertThat(listed)
        .contains("postgres/dba", "2024-01-15 02:00", "base/5/INCREMENTAL.16384.2", "-> /fast");
    Path out = Files.createDirectory(folder.resolve("out"));
    Oracles.run("tar", "--no-same-owner", "-xf", tar.toString(), "-C", out.toString()).orFail();
    for (String path : files.keySet()) {
      assertThat(out.resolve(expectedName(path))).hasBinaryContent(expected(path));
    }
    assertThat(pages.isEmpty()).isTrue();
  }

  @Test
  void manyChangedPagesOfOneSegmentAndThenAnotherGoThrough() throws IOException {
    files.clear();
    int many = 2500; // 20 MB, more than is kept in memory
    long[] lsns = new long[many];
    for (int i = 0; i < many; i++) {
      lsns[i] = SINCE.value() + i - (i % 5 == 0 ? many : 0);
    }
    both("base/5/16384", relation(0, lsns), many);
    both("base/5/16385", relation(0, SINCE.value(), 1), 2);
    both("base/5/16386", relation(0, lsns), many);
    FilteredArchives archives = archives(false);
    write(archives, "base.tar", archive(files), 100_003);
    assertIsTheExpectedTar(sink.streams.get("base"));
  }

  @Test
  void aTablespaceIsFilteredByItsOwnPaths() throws IOException {
    files.clear();
    parent.clear();
    files.put("PG_15_202209061/5/16384", relation(0, 1, 2));
    files.put("base/5/16384", relation(0, 1, 2));
    parent.put("pg_tblspc/16500/PG_15_202209061/5/16384", new byte[2 * PAGE]);
    parent.put("base/5/16384", new byte[2 * PAGE]);
    FilteredArchives archives = archives(true);
    write(archives, "16500.tar", archive(files), 1000);
    assertThat(sink.streams.get("tablespace-16500").index)
        .extracting(IndexEntry::path)
        .contains("PG_15_202209061/5/INCREMENTAL.16384", "base/5/16384");
    assertThat(archives.maps().maps()).containsOnlyKeys("pg_tblspc/16500/PG_15_202209061/5/16384");
  }

  @Test
  void anArchiveThatStopsShortIsRefused() throws IOException {
    byte[] archive = archive(files);
    FilteredArchives archives = archives(true);
    assertThatIOException()
        .isThrownBy(
            () -> write(archives, "base.tar", Arrays.copyOf(archive, archive.length / 2), 999))
        .withMessageContaining("not complete");
    assertThat(sink.streams.get("base").finished).isFalse();
  }

  /** Such a file would stand twice in the archive, which nobody could restore. */
  @Test
  void aStrayIncrementalFileIsNothingToBuildOn() throws IOException {
    files.put("base/5/INCREMENTAL.16384", new byte[100]);
    FilteredArchives archives = archives(true);
    byte[] archive = archive(files);
    assertThatIOException()
        .isThrownBy(() -> write(archives, "base.tar", archive, 999))
        .isInstanceOf(UnusableParentException.class)
        .withMessageContaining("'base/5/INCREMENTAL.16384'");
  }

  @Test
  void aDatabaseThatWasMadeAnewIsNothingToBuildOn() throws IOException {
    both("base/5/PG_VERSION", "15\n".getBytes(UTF_8), 0);
    FilteredArchives archives = archives(true);
    byte[] archive = archive(files);
    write(archives, "base.tar", archive, 999);
    archives.finish(SINCE);

    parent.remove("base/5/PG_VERSION");
    FilteredArchives anew = archives(true);
    write(anew, "base.tar", archive, 999);
    assertThatIOException()
        .isThrownBy(() -> anew.finish(SINCE))
        .isInstanceOf(UnusableParentException.class)
        .withMessageContaining("database 5");
  }

  @Test
  void databasesAreToldApart() throws IOException {
    both("base/5/PG_VERSION", new byte[0], 0);
    both("base/55/PG_VERSION", new byte[0], 0);
    both("pg_tblspc/16500/PG_15_202209061/7/PG_VERSION", new byte[0], 0);
    DatabaseFolders databases = new DatabaseFolders(parentFiles());
    databases.found("base/5/PG_VERSION", TIME);
    databases.reliedOn("base/5/16384");
    databases.found("base/55/PG_VERSION", TIME.plusSeconds(1));
    databases.reliedOn("global/1262");
    databases.found("base/6/16384", TIME.plusSeconds(1));
    databases.reliedOn("base/6/16384");
    assertThat(databases.mistaken()).isEmpty();
    databases.reliedOn("pg_tblspc/16500/PG_15_202209061/55/16384.1");
    assertThat(databases.mistaken()).contains("55");
    DatabaseFolders others = new DatabaseFolders(parentFiles());
    others.found("pg_tblspc/16500/PG_15_202209061/7/PG_VERSION", TIME.minusSeconds(1));
    others.reliedOn("pg_tblspc/16501/PG_15_202209061/7/2");
    assertThat(others.mistaken()).contains("7");
  }
}
