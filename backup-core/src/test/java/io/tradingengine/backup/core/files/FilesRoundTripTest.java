package io.tradingengine.backup.core.files;

import static io.tradingengine.backup.core.files.Trees.below;
import static io.tradingengine.backup.core.files.Trees.capture;
import static io.tradingengine.backup.core.files.Trees.file;
import static io.tradingengine.backup.core.files.Trees.force;
import static io.tradingengine.backup.core.files.Trees.inPlace;
import static io.tradingengine.backup.core.files.Trees.into;
import static io.tradingengine.backup.core.files.Trees.mode;
import static io.tradingengine.backup.core.files.Trees.owner;
import static io.tradingengine.backup.core.files.Trees.restore;
import static io.tradingengine.backup.core.files.Trees.time;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tradingengine.backup.core.files.Trees.Taken;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.Restored;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesRoundTripTest {
  @TempDir Path temp;
  private Path root;
  private Path other;

  @BeforeEach
  void makeRoot() throws Exception {
    // The JDK's temporary folder may be reached through a link.
    root = temp.toRealPath().resolve("etc/trading-engine");
    other = temp.toRealPath().resolve("elsewhere");
    Files.createDirectories(root);
  }

  @Test
  void everythingAboutATreeComesBack() throws Exception {
    makeEverything(root);
    Map<String, String> before = TreeSnapshot.of(root);

    Taken taken = capture(root);
    Restored restored = restore(into(taken.captured(), other));

    assertThat(taken.memory().findings()).isEmpty();
    assertThat(TreeSnapshot.of(below(other, root))).isEqualTo(before);
    assertThat(restored.targets()).containsExactly(below(other, root));
    assertThat(restored.findings()).isEmpty();
    assertThat(TreeSnapshot.of(root)).as("the original is only read").isEqualTo(before);
  }

  @Test
  void aTreeComesBackInItsPlace() throws Exception {
    makeEverything(root);
    Map<String, String> before = TreeSnapshot.of(root);
    Taken taken = capture(root);
    TreeRemoval.remove(root);

    restore(inPlace(taken.captured()));

    assertThat(TreeSnapshot.of(root)).isEqualTo(before);
    assertThat(Trees.list(root.getParent())).containsExactly("trading-engine");
  }

  @Test
  void gnuTarUnpacksTheSameTree() throws Exception {
    makeEverything(root);
    Taken taken = capture(root);
    Path tar = Files.write(temp.resolve("files.tar"), taken.tar());
    Path byHand = Files.createDirectory(temp.resolve("by-hand"));

    var result =
        Oracles.run(
            "tar", "-x", "-p", "--numeric-owner", "-f", tar.toString(), "-C", byHand.toString());

    assertThat(result.orFail().stderr()).isEmpty();
    assertThat(TreeSnapshot.of(below(byHand, root))).isEqualTo(TreeSnapshot.of(root));
  }

  @Test
  void theIndexTellsWhereEachFileIs() throws Exception {
    makeEverything(root);
    Taken taken = capture(root);
    byte[] tar = taken.tar();

    int files = 0;
    for (IndexEntry entry : taken.memory().index("files")) {
      Path path = Path.of("/" + entry.path());
      if (entry.type() == IndexEntry.Type.FILE && Files.exists(path)) {
        byte[] content =
            Arrays.copyOfRange(tar, (int) entry.offset(), (int) (entry.offset() + entry.size()));
        assertThat(content).as(entry.path()).isEqualTo(Files.readAllBytes(path));
        files++;
      }
    }
    assertThat(files).isGreaterThan(8);
    assertThat(taken.memory().index("files"))
        .filteredOn(entry -> entry.type() == IndexEntry.Type.SYMLINK)
        .extracting(IndexEntry::link)
        .contains("a.conf", root + "/a.conf", "nowhere/at/all");
    assertThat(taken.state().require("root.1")).isEqualTo(root.toString());
    assertThat(taken.state().require("links")).isEqualTo("4");
    assertThat(Long.parseLong(taken.state().require("files")))
        .isEqualTo(count(taken, IndexEntry.Type.FILE));
    assertThat(Long.parseLong(taken.state().require("directories")))
        .isEqualTo(count(taken, IndexEntry.Type.DIRECTORY));
  }

  private static long count(Taken taken, IndexEntry.Type type) {
    return taken.memory().index("files").stream().filter(entry -> entry.type() == type).count();
  }

  @Test
  void severalRootsOfWhichOneIsAFileComeBack() throws Exception {
    Path tree = file(root.resolve("a/b.conf"), "b").getParent();
    Path single = file(root.resolve("single.conf"), "one file");
    mode(single, 0640);
    Map<String, String> treeBefore = TreeSnapshot.of(tree);
    Map<String, String> singleBefore = TreeSnapshot.of(single);

    Taken taken = capture(single, tree);
    Restored restored = restore(into(taken.captured(), other));

    assertThat(TreeSnapshot.of(below(other, tree))).isEqualTo(treeBefore);
    assertThat(TreeSnapshot.of(below(other, single))).isEqualTo(singleBefore);
    assertThat(restored.bytes()).isEqualTo(9);
    assertThat(restored.targets()).hasSize(2);
  }

  @Test
  void holesTakeNoSpace() throws Exception {
    long size = 256L << 20;
    Path sparse = root.resolve("sparse");
    try (FileChannel channel =
        FileChannel.open(sparse, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("middle".getBytes(US_ASCII)), 100L << 20);
      channel.write(ByteBuffer.wrap(new byte[1]), size - 1);
    }

    Taken taken = capture(root);
    restore(into(taken.captured(), other));

    Path restored = below(other, sparse);
    assertThat(Files.size(restored)).isEqualTo(size);
    assertThat(Files.mismatch(sparse, restored)).isEqualTo(-1);
    String kibibytes = Oracles.run("du", "-k", restored.toString()).orFail().stdout();
    assertThat(Integer.parseInt(kibibytes.split("\t", -1)[0])).isLessThan(64);
    assertThat(taken.state().require("root.1.bytes")).isEqualTo("4096");
    assertThat(taken.state().require("bytes")).isEqualTo(Long.toString(size));
  }

  @Test
  void sizesAndTimesOutsideTheOldFormatsRangeAreKept() throws Exception {
    Path old = file(root.resolve("old"), "from before 1970");
    time(old, "1955-11-05T06:15:00Z");
    Path far = file(root.resolve("far"), "after 2242, when eleven octal digits end");
    time(far, "2250-01-01T00:00:00.000000001Z");
    if (Trees.isRoot(root)) {
      owner(old, 2_100_000_000, 3_000_000);
    }
    Map<String, String> before = TreeSnapshot.of(root);

    Taken taken = capture(root);
    restore(into(taken.captured(), other));

    assertThat(TreeSnapshot.of(below(other, root))).isEqualTo(before);
  }

  @Test
  void namesThatAreNotUtf8AreKeptByteForByte() throws Exception {
    Path latin = root.resolve(RawNames.toPath("caf\u00e9"));
    file(latin.resolve(RawNames.toPath("\u00ff\u00fe" + "x".repeat(150) + "\u0080")), "content");
    Files.createSymbolicLink(root.resolve("link"), RawNames.toPath("../caf\u00e9/\u00a0"));
    Map<String, String> before = TreeSnapshot.of(root);

    Taken taken = capture(root);
    restore(into(taken.captured(), other));
    Path byHand = Files.createDirectory(temp.resolve("by-hand"));
    Path tar = Files.write(temp.resolve("files.tar"), taken.tar());
    Oracles.run("tar", "-xpf", tar.toString(), "-C", byHand.toString()).orFail();

    assertThat(TreeSnapshot.of(below(other, root))).isEqualTo(before);
    assertThat(TreeSnapshot.of(below(byHand, root))).isEqualTo(before);
    assertThat(taken.memory().index("files"))
        .extracting(IndexEntry::path)
        .contains(root.toString().substring(1) + "/caf\\xE9");
  }

  @Test
  void aTreeAsDeepAsPathsCanBeComesBack() throws Exception {
    Path deep = root;
    while (deep.toString().length() < 3500) {
      deep = deep.resolve("d".repeat(60));
    }
    file(deep.resolve("bottom"), "down here");
    Map<String, String> before = TreeSnapshot.of(root);

    Taken taken = capture(root);
    restore(into(taken.captured(), temp.toRealPath().resolve("o")));

    assertThat(TreeSnapshot.of(below(temp.toRealPath().resolve("o"), root))).isEqualTo(before);
  }

  @Test
  void ownersAndSetIdBitsComeBackForRoot() throws Exception {
    assumeTrue(Trees.isRoot(root), "only root can give files away");
    Path program = file(root.resolve("program"), "#!/bin/sh\n");
    owner(program, 1234, 5678);
    mode(program, 06755);
    Path link = Files.createSymbolicLink(root.resolve("link"), Path.of("program"));
    owner(link, 4321, 8765);
    owner(root, 1234, 5678);
    mode(root, 03770);
    Map<String, String> before = TreeSnapshot.of(root);

    Taken taken = capture(root);
    restore(into(taken.captured(), other));

    assertThat(TreeSnapshot.of(below(other, root))).isEqualTo(before);
    assertThat(before.get("program")).startsWith("106755 1234:5678");
  }

  @Test
  void progressAndEstimateCoverTheContent() throws Exception {
    file(root.resolve("a"), "x".repeat(100_000));
    file(root.resolve("b"), "y".repeat(700_000));
    AtomicLong done = new AtomicLong();

    Taken taken = capture(root);
    var task = into(taken.captured(), other);
    restore(
        force(
            new io.tradingengine.backup.spi.RestoreTask(
                task.captured(), task.into(), Map.of(), false, done::addAndGet)));

    assertThat(done).hasValue(800_000);
    assertThat(taken.memory().expected()).isBetween(800_000L, 810_000L);
    assertThat((long) taken.tar().length).isBetween(800_000L, 810_000L);
  }

  /** A bit of everything that a file system can hold. */
  static void makeEverything(Path root) throws Exception {
    file(root.resolve("a.conf"), "key = value\n");
    mode(root.resolve("a.conf"), 0640);
    time(root.resolve("a.conf"), "2024-01-15T02:00:00.123456789Z");
    Files.createFile(root.resolve("empty"));
    mode(root.resolve("empty"), 0400);
    file(root.resolve("no mode at all"), "secret");
    mode(root.resolve("no mode at all"), Trees.isRoot(root) ? 0 : 0600);
    byte[] random = new byte[1_000_003];
    new Random(7).nextBytes(random);
    Files.write(root.resolve("random.bin"), random);
    file(root.resolve("sub/deep/er/file"), "deep");
    file(root.resolve("sub.d/sorts after sub, before sub/deep as text"), "x");
    file(root.resolve("Größe/日本語/emoji 🏦"), "names");
    file(root.resolve("n".repeat(255)), "a long name");
    file(root.resolve("l".repeat(99)), "99");
    file(root.resolve("l".repeat(100)), "100");
    file(root.resolve("line\nbreak and \\ and \"quotes\" and trailing space "), "odd");
    Files.createSymbolicLink(root.resolve("link"), Path.of("a.conf"));
    Files.createSymbolicLink(root.resolve("link-abs"), root.resolve("a.conf"));
    Files.createSymbolicLink(root.resolve("link-dangling"), Path.of("nowhere/at/all"));
    Files.createSymbolicLink(
        root.resolve("link-long"), Path.of("../" + "ü".repeat(100) + "/" + "t".repeat(200)));
    time(root.resolve("link"), "2020-02-02T02:02:02.020202Z");
    Files.createLink(root.resolve("zz-hard-link"), root.resolve("random.bin"));
    Files.createLink(root.resolve("sub/hard-link"), root.resolve("random.bin"));
    Files.createDirectory(root.resolve("empty-dir"));
    mode(root.resolve("empty-dir"), 01777);
    time(root.resolve("empty-dir"), "2001-09-09T01:46:40Z");
    mode(root.resolve("sub/deep"), 0500);
    time(root.resolve("sub/deep"), "2002-02-02T02:02:02.000000002Z");
    time(root.resolve("sub"), "2003-03-03T03:03:03.3Z");
    mode(root, 02750);
    time(root, "2004-04-04T04:04:04.4Z");
  }
}
