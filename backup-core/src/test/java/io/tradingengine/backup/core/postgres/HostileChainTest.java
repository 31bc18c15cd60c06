package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains of which something is not what was written: nothing of them comes to a final name. */
class HostileChainTest {
  private static final String FILE = "base/5/100";

  @TempDir Path folder;
  private Cluster cluster;
  private TarCaptured full;
  private TarCaptured second;
  private TarCaptured third;

  @BeforeEach
  void makeChain() throws IOException, InterruptedException {
    make(IncrementalWay.SERVER);
  }

  private void make(IncrementalWay way) throws IOException, InterruptedException {
    cluster = new Cluster(Files.createDirectory(folder.resolve(way.label())), new Random(5));
    Cluster.Relation relation = cluster.create(FILE);
    for (int i = 0; i < 8; i++) {
      cluster.write(relation, i);
    }
    cluster.create("base/5/200");
    full = cluster.capture(Optional.empty());
    cluster.write(relation, 2);
    cluster.write(relation, 5);
    second = cluster.capture(Optional.of(way));
    cluster.write(relation, 3);
    third = cluster.capture(Optional.of(way));
  }

  private StagedRestore stage(List<Captured> earlier, Captured newest)
      throws IOException, InterruptedException {
    return new PostgresRestore("pg", Optional.empty())
        .stage(
            new RestoreTask(
                newest,
                earlier,
                Optional.empty(),
                Optional.of(folder.resolve("data")),
                Map.of(Path.of("/somewhere/else"), folder.resolve("moved")),
                false,
                bytes -> {}));
  }

  private void assertRefused(String... words) {
    assertRefused(List.of(full, second), third, words);
  }

  private void assertRefused(List<Captured> earlier, Captured newest, String... words) {
    assertThatThrownBy(() -> stage(earlier, newest).close())
        .isInstanceOf(IntegrityException.class)
        .hasMessageContainingAll(words);
    assertThat(folder.resolve("data")).doesNotExist();
    assertThat(folder.resolve("moved")).doesNotExist();
    assertThat(folder).isDirectoryNotContaining("glob:**restoring**");
  }

  /** Replaces the block maps of a capture. */
  private static void remap(TarCaptured captured, UnaryOperator<Map<String, BlockMap>> change)
      throws IOException {
    Map<String, BlockMap> maps;
    try (InputStream in = captured.open(BlockMaps.ARTIFACT, 0)) {
      maps = BlockMaps.read(in, Cluster.PAGE);
    }
    BlockMaps changed = new BlockMaps();
    changed.maps().putAll(change.apply(new TreeMap<>(maps)));
    MemorySink sink = new MemorySink();
    changed.write(sink);
    Files.write(captured.file(BlockMaps.ARTIFACT), sink.streams.get(BlockMaps.ARTIFACT).bytes());
  }

  private static void remap(TarCaptured captured, String path, BlockMap map) throws IOException {
    remap(
        captured,
        maps -> {
          maps.put(path, map);
          return maps;
        });
  }

  /** Replaces what the manifest of a capture names. */
  private static void relist(TarCaptured captured, UnaryOperator<Map<String, ManifestFile>> change)
      throws IOException {
    Path file = captured.file(ContentsReader.MANIFEST);
    ServerManifest manifest = ServerManifest.parse(Files.readAllBytes(file));
    Lsn end = manifest.walRanges().get(0).end();
    Lsn start = manifest.walRanges().get(0).start();
    Map<String, ManifestFile> files = change.apply(new LinkedHashMap<>(manifest.files()));
    Files.write(file, Manifests.of(files.values(), start, end));
  }

  private static IndexEntry entry(TarCaptured captured, String path) {
    return captured.index("base").stream()
        .filter(each -> each.path().equals(path))
        .findFirst()
        .orElseThrow();
  }

  private static IndexEntry at(String path, long offset, long size) {
    return new IndexEntry(path, IndexEntry.Type.FILE, 0600, offset, size, "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "page-lsn"})
  void theChainAsItIsIsRestored(String way) throws IOException, InterruptedException {
    if (way.equals("page-lsn")) {
      make(IncrementalWay.PAGE_LSN);
    }
    try (StagedRestore staged = stage(List.of(full, second), third)) {
      staged.publish();
      staged.finish();
    }
    assertThat(folder.resolve("data").resolve(FILE)).hasBinaryContent(cluster.files().get(FILE));
    assertThat(folder.resolve("data/backup_label")).hasContent("START WAL LOCATION: 0/1");
    ManifestVerification.verify(folder.resolve("data"));
  }

  @Test
  void linksThatDoNotBuildOnOneAnotherAreRefused() {
    assertRefused(List.of(full), third, "020002/pg", "builds on a capture from");
    assertRefused(List.of(), third, "from nowhere");
    assertRefused(List.of(second), third, "020001/pg", "from nowhere");
    assertRefused(List.of(second, full), third, "builds on a capture");
    assertRefused(List.of(full, second), full, "builds on a capture from nowhere");
    third.with(IncrementalWay.FROM, "0/1");
    assertRefused("020002/pg", "builds on a capture from 0/1");
    third.without(IncrementalWay.FROM);
    assertRefused("020002/pg", "from nowhere");
  }

  @ParameterizedTest
  @ValueSource(strings = {"system-identifier", "timeline", "block-size", "data-checksums"})
  void anotherClusterIsRefused(String attribute) {
    full.with(attribute, attribute.equals("block-size") ? "2048" : "8");
    assertRefused("020001/pg", "has another " + attribute);
  }

  @Test
  void aMemberThatAnOlderLinkLacksIsMissed() throws IOException {
    second.index("base").remove(entry(second, "base/5/INCREMENTAL.100"));
    relist(
        second,
        files -> {
          files.remove("base/5/INCREMENTAL.100");
          return files;
        });
    remap(
        second,
        maps -> {
          maps.remove(FILE);
          return maps;
        });
    assertRefused("020001/pg", "lacks 'base/5/100'");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void blocksOtherThanTheFileHasAreRefused(int link) throws IOException {
    TarCaptured captured = link == 0 ? second : third;
    int[] blocks = link == 0 ? new int[] {2, 6} : new int[] {4};
    remap(captured, FILE, new BlockMap(Cluster.PAGE, 8, blocks));
    assertRefused("INCREMENTAL.100", "has other blocks than the artifact 'blocks' says");
  }

  @Test
  void anotherLengthThanTheFileHasIsRefused() throws IOException {
    remap(third, FILE, new BlockMap(Cluster.PAGE, 7, new int[] {3}));
    assertRefused("INCREMENTAL.100", "has other blocks");
  }

  /** Nothing is taken of a file that has no blocks, but its length is believed. */
  @Test
  void anotherLengthThanAFileWithoutBlocksHasIsRefused() throws IOException {
    remap(third, "base/5/200", new BlockMap(Cluster.PAGE, 7, new int[0]));
    assertRefused("INCREMENTAL.200", "has other blocks");
  }

  @Test
  void anotherNumberOfBlocksIsRefused() throws IOException {
    remap(third, FILE, new BlockMap(Cluster.PAGE, 8, new int[] {3, 4}));
    assertRefused("020002/pg/base", "'base/5/INCREMENTAL.100', which is not what was written");
  }

  @Test
  void aFileThatIsThereWholeAndByItsBlocksIsRefused() throws IOException {
    third.index("base").add(at(FILE, 0, 0));
    relist(
        third,
        files -> {
          files.put(FILE, Manifests.file(FILE, new byte[0]));
          return files;
        });
    assertRefused("020002/pg/base", "has 'base/5/100' whole and by its blocks");
  }

  @Test
  void membersThatOverlapAreRefused() {
    IndexEntry entry = entry(full, FILE);
    full.index("base").remove(entry);
    full.index("base").add(at(FILE, entry.offset() + 1024, entry.size()));
    assertRefused("020000/pg/base", "overlap");
  }

  @Test
  void mapsOfOtherFilesAreRefused() throws IOException {
    remap(third, "base/5/999", new BlockMap(Cluster.PAGE, 8, new int[0]));
    assertRefused("020002/pg/blocks", "names files that are not in the backup");
  }

  /**
   * A map for a file that is there whole says that something is wrong with the one or the other.
   */
  @Test
  void aMapOfAFileThatIsThereWholeIsRefused() throws IOException {
    full.with(IncrementalWay.ATTRIBUTE, "server").with(IncrementalWay.FROM, "0/1");
    BlockMaps maps = new BlockMaps();
    maps.add(FILE, new BlockMap(Cluster.PAGE, 8, new int[0]));
    MemorySink sink = new MemorySink();
    maps.write(sink);
    Path file = folder.resolve("blocks");
    Files.write(file, sink.streams.get(BlockMaps.ARTIFACT).bytes());
    full.with(BlockMaps.ARTIFACT, file, List.of());
    assertRefused("020000/pg/blocks", "names files that are not in the backup");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PG_VERSION", "postgresql.conf", "backup_label", "base/5/PG_VERSION"})
  void mapsOfWhatIsNoRelationAreRefused(String path) throws IOException {
    IndexEntry entry = entry(third, path);
    byte[] file = new BlockMap(Cluster.PAGE, 0, new int[0]).header();
    String name = IncrementalName.of(path);
    third.index("base").remove(entry);
    third.index("base").add(at(name, entry.offset(), file.length));
    relist(
        third,
        files -> {
          files.remove(path);
          files.put(name, Manifests.file(name, file));
          return files;
        });
    remap(third, path, new BlockMap(Cluster.PAGE, 0, new int[0]));
    assertRefused("020002/pg/blocks", path);
  }

  @Test
  void anIncrementalFileWithoutAMapIsRefused() throws IOException {
    remap(
        third,
        maps -> {
          maps.remove(FILE);
          return maps;
        });
    assertRefused("020002/pg/b", "INCREMENTAL.100");
  }

  @Test
  void lengthsBeyondASegmentAreRefused() throws IOException {
    remap(third, FILE, new BlockMap(Cluster.PAGE, 9, new int[] {3}));
    assertRefused("020002/pg/blocks", FILE);
  }

  @Test
  void hugeLengthsAreRefusedWithoutMemoryForThem() throws IOException {
    remap(third, FILE, new BlockMap(Cluster.PAGE, Integer.MAX_VALUE, new int[] {3}));
    assertRefused("020002/pg/blocks", "not what was written");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "blocks 2\n\0\0\0\0", "blocks 1\n", "blocks 1\n\177\377\377\377"})
  void mapsThatAreNotOnesAreRefused(String content) throws IOException {
    Files.write(third.file(BlockMaps.ARTIFACT), content.getBytes(UTF_8));
    assertRefused("020002/pg/blocks", "is not what was written");
  }

  @Test
  void aSizeThatTheManifestDoesNotHaveIsRefused() throws IOException, InterruptedException {
    make(IncrementalWay.PAGE_LSN);
    relist(
        third,
        files -> {
          files.put(FILE, Manifests.file(FILE, new byte[7 * Cluster.PAGE]));
          return files;
        });
    assertRefused("020002/pg/base", "'base/5/INCREMENTAL.100', which is not what was written");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aChangedByteOfAnyLinkIsFoundByAManifest(int link) throws IOException {
    TarCaptured captured = List.of(full, second, third).get(link);
    IndexEntry entry = entry(captured, link == 0 ? FILE : "base/5/INCREMENTAL.100");
    byte[] tar = Files.readAllBytes(captured.file("base"));
    tar[(int) (entry.offset() + entry.size() - 1)] ^= 1;
    Files.write(captured.file("base"), tar);
    assertRefused("100", "checksum");
  }

  @Test
  void bytesThatNoManifestProvesDirectlyAreProvedByTheWhole()
      throws IOException, InterruptedException {
    make(IncrementalWay.PAGE_LSN);
    for (TarCaptured each : List.of(second, third)) {
      byte[] before = Files.readAllBytes(each.file("base"));
      IndexEntry entry = entry(each, "base/5/INCREMENTAL.100");
      byte[] tar = before.clone();
      tar[(int) (entry.offset() + entry.size() - 1)] ^= 1;
      Files.write(each.file("base"), tar);
      assertRefused("'base/5/100' has the CRC32C checksum");
      Files.write(each.file("base"), before);
    }
  }

  /** Beside the file itself, an older one has a file with the name of an incremental one. */
  @Test
  void aStrayFileOfAFullBackupIsNotTakenForTheFile() throws IOException, InterruptedException {
    String stray = "base/5/INCREMENTAL.100";
    full.index("base").add(at(stray, 0, 0));
    relist(
        full,
        files -> {
          files.put(stray, Manifests.file(stray, new byte[0]));
          return files;
        });
    try (StagedRestore staged = stage(List.of(full, second), third)) {
      staged.publish();
      staged.finish();
    }
    assertThat(folder.resolve("data").resolve(FILE)).hasBinaryContent(cluster.files().get(FILE));
  }

  @Test
  void timesThatAreNoneAreRefusedByWhoBuildsOnThem() throws IOException {
    List<String> times = new ArrayList<>(List.of("Z", "2024-99-15 02:00:00 GMT"));
    for (String time : times) {
      relist(
          third,
          files -> {
            files.put(
                "PG_VERSION",
                ManifestFile.of("PG_VERSION", new byte[3], time, ManifestChecksum.CRC32C));
            return files;
          });
      assertThatThrownBy(() -> ParentFiles.read(third, Cluster.PAGE))
          .as(time)
          .isInstanceOf(io.tradingengine.backup.spi.UnusableParentException.class);
    }
  }

  @Test
  void mapsThatAreCutShortAreRefusedByWhoBuildsOnThem() throws IOException {
    byte[] maps = Files.readAllBytes(third.file(BlockMaps.ARTIFACT));
    for (int length = 0; length < maps.length; length++) {
      Files.write(third.file(BlockMaps.ARTIFACT), java.util.Arrays.copyOf(maps, length));
      assertThatThrownBy(() -> ParentFiles.read(third, Cluster.PAGE))
          .isInstanceOf(io.tradingengine.backup.spi.UnusableParentException.class);
    }
  }
}
