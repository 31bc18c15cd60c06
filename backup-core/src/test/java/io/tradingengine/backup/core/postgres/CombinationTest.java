package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Puts together what captures of made-up clusters hold, and compares with the cluster. */
class CombinationTest {
  private static final List<String> PATHS =
      List.of("base/5/100", "base/5/200", "global/300", Cluster.OTHER + "5/400");
  private static final int[] PIECES = {60, 500, 1024, 3000, 1 << 20};

  @TempDir Path folder;
  private int restores;

  /** What a restore made. */
  private record Result(SortedMap<String, byte[]> files, List<Finding> findings) {}

  private Result restore(List<TarCaptured> links) throws IOException, InterruptedException {
    Path root = Files.createDirectory(folder.resolve("restored-" + restores++));
    List<Combination.Link> chain = new ArrayList<>();
    for (TarCaptured link : links) {
      chain.add(new Combination.Link(link, new ContentsReader(link, "pg").read()));
    }
    Combination combination = Combination.of(chain, "pg");
    BackupContents contents = chain.get(chain.size() - 1).contents();
    Optional<AssembledPages> pages = combination.pages();
    AtomicLong progress = new AtomicLong();
    ServerManifest manifest;
    try (TreeWriter writer =
        new TreeWriter(
            combination, pages, FileRights.of(false, Optional.empty()), progress::addAndGet)) {
      for (Tablespace tablespace : contents.tablespaces()) {
        Path place = root.resolve(Cluster.OTHER);
        Files.createDirectories(place);
        writer.write(tablespace.contents().below(Cluster.VERSION), place, member -> false);
      }
      writer.write(contents.base(), root, member -> false);
      manifest = combination.manifest(writer.checksums());
    }
    assertThat(progress.get()).isEqualTo(contents.bytes() - contents.wal().bytes());
    TreeMap<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    assertProves(ServerManifest.parse(manifest.render()), files);
    Staging.delete(root);
    return new Result(files, pages.isPresent() ? pages.get().judge("pg") : List.of());
  }

  private static void assertProves(ServerManifest manifest, Map<String, byte[]> files) {
    assertThat(manifest.files().keySet()).isEqualTo(files.keySet());
    for (ManifestFile file : manifest.files().values()) {
      byte[] bytes = files.get(file.path());
      assertThat(file.size()).as(file.path()).isEqualTo(bytes.length);
      assertThat(file.checksum()).as(file.path()).isEqualTo(ManifestChecksum.CRC32C.of(bytes));
      assertThat(file.modified()).isEqualTo("2024-01-15T02:00:00Z");
    }
  }

  private void assertRestores(Cluster cluster, String what)
      throws IOException, InterruptedException {
    Result result = restore(cluster.links);
    TreeMap<String, byte[]> relations = new TreeMap<>(result.files());
    relations.keySet().removeIf(path -> RelationPath.of(path).isEmpty());
    SortedMap<String, byte[]> expected = cluster.files();
    assertThat(relations.keySet()).as(what).isEqualTo(expected.keySet());
    expected.forEach(
        (path, bytes) -> assertThat(relations.get(path)).as(what + " " + path).isEqualTo(bytes));
    assertThat(result.findings()).as(what).isEmpty();
  }

  /** How a chain of that number goes on. */
  private static Optional<IncrementalWay> way(int seed, Random random) {
    return switch (seed % 3) {
      case 0 -> Optional.of(IncrementalWay.SERVER);
      case 1 -> Optional.of(IncrementalWay.PAGE_LSN);
      default ->
          Optional.of(random.nextBoolean() ? IncrementalWay.SERVER : IncrementalWay.PAGE_LSN);
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void whateverHappensToFilesIsRestored(int block) throws IOException, InterruptedException {
    for (int seed = block * 6; seed < block * 6 + 6; seed++) {
      Random random = new Random(seed);
      Path own = Files.createDirectory(folder.resolve("seed-" + seed));
      Cluster cluster = new Cluster(own, random);
      Optional<IncrementalWay> way = Optional.empty();
      for (int link = 0; link < 7; link++) {
        for (int i = random.nextInt(link == 0 ? 60 : 25); i > 0; i--) {
          cluster.change(PATHS);
        }
        cluster.capture(way).inPieces(PIECES[random.nextInt(PIECES.length)]);
        way = way(seed, random);
        if (link == 6 || random.nextInt(4) == 0) {
          assertRestores(cluster, "seed " + seed + ", link " + link);
        }
      }
      Staging.delete(own);
    }
  }

  private Cluster cluster() throws IOException {
    return new Cluster(folder, new Random(3));
  }

  /** What was there before a cut is not to be seen in a page that was added since. */
  @ParameterizedTest
  @ValueSource(strings = {"server", "page-lsn"})
  void pagesAddedAfterACutAreEmpty(String way) throws IOException, InterruptedException {
    Cluster cluster = cluster();
    Cluster.Relation relation = cluster.create("base/5/100");
    for (int i = 0; i < 20; i++) {
      cluster.write(relation, i);
    }
    cluster.capture(Optional.empty());
    cluster.cut(relation, 3);
    cluster.extend(relation, 15);
    cluster.write(relation, 6);
    cluster.capture(Optional.of(IncrementalWay.parse(way)));
    assertRestores(cluster, "cut");
    cluster.capture(Optional.of(IncrementalWay.parse(way)));
    cluster.write(relation, 1);
    cluster.capture(Optional.of(IncrementalWay.parse(way)));
    assertRestores(cluster, "later");
  }

  @Test
  void aCaptureInWhichNothingChangedIsTheOneBefore() throws IOException, InterruptedException {
    Cluster cluster = cluster();
    Cluster.Relation relation = cluster.create("base/5/100");
    for (int i = 0; i < 20; i++) {
      cluster.write(relation, i);
    }
    cluster.create(Cluster.OTHER + "5/400");
    cluster.capture(Optional.empty());
    cluster.capture(Optional.of(IncrementalWay.SERVER));
    cluster.capture(Optional.of(IncrementalWay.PAGE_LSN));
    assertRestores(cluster, "same");
  }

  /** Whichever capture a damaged page comes from, and however it is cut into pieces. */
  @ParameterizedTest
  @ValueSource(ints = {30, 700, 1024, 1 << 20})
  void damagedPagesAreFound(int piece) throws IOException, InterruptedException {
    Cluster cluster = cluster();
    Cluster.Relation relation = cluster.create("base/5/100");
    for (int i = 0; i < 20; i++) {
      cluster.write(relation, i);
    }
    relation.pages.get(10)[500] ^= 1;
    cluster.capture(Optional.empty()).inPieces(piece);
    cluster.write(relation, 12);
    relation.pages.get(12)[1023] ^= 1;
    cluster.write(relation, 2);
    cluster.capture(Optional.of(IncrementalWay.SERVER)).inPieces(piece);
    cluster.write(relation, 13);
    relation.pages.get(13)[100] ^= 1;
    cluster.capture(Optional.of(IncrementalWay.PAGE_LSN)).inPieces(piece);

    Result result = restore(cluster.links);
    assertThat(result.files().get("base/5/100.1")).isEqualTo(cluster.files().get("base/5/100.1"));
    assertThat(result.findings()).hasSize(1);
    assertThat(result.findings().get(0).message())
        .contains("base/5/100.1")
        .containsPattern("block (10|12|13), (10|12|13), (10|12|13)$");
  }

  @Test
  void aBackupOfItsOwnNeedsNoAttributesOfChains() throws IOException, InterruptedException {
    Cluster cluster = cluster();
    cluster.write(cluster.create("base/5/100"), 3);
    TarCaptured captured = cluster.capture(Optional.empty());
    for (String each :
        List.of("system-identifier", "timeline", "block-size", "data-checksums", "segment-pages")) {
      captured.without(each);
    }
    assertRestores(cluster, "full");
  }
}
