package io.tradingengine.backup.core.files;

import static io.tradingengine.backup.core.files.Trees.below;
import static io.tradingengine.backup.core.files.Trees.file;
import static io.tradingengine.backup.core.files.Trees.mode;
import static io.tradingengine.backup.core.files.Trees.time;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.files.Trees.Taken;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.Goal;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Sha256;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.UnusableParentException;
import io.tradingengine.backup.spi.VersionedSource.VersionTracker;
import io.tradingengine.backup.spi.contract.ForwardingCaptured;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilesIncrementTest {
  private static final String OLD = "2024-01-15T02:00:00.123456789Z";

  @TempDir Path temp;
  private Path base;
  private Path root;
  private Path other;
  private Increments chain;
  private int restores;

  @BeforeEach
  void makeRoot() throws Exception {
    base = temp.toRealPath();
    root = Files.createDirectories(base.resolve("etc/app"));
    other = Files.createDirectories(base.resolve("var/app"));
    chain = new Increments(root, other);
  }

  /** Of a capture by this clock, nothing is in doubt later. */
  private static Clock later() {
    return Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
  }

  private Map<String, Map<String, String>> snapshot() throws IOException {
    return Map.of("root", TreeSnapshot.of(root), "other", TreeSnapshot.of(other));
  }

  private void assertLink(int link, Map<String, Map<String, String>> expected) throws Exception {
    Path into = base.resolve("restored-" + ++restores);
    Trees.restore(chain.task(link, into));
    assertThat(TreeSnapshot.of(below(into, root))).as("%s", link).isEqualTo(expected.get("root"));
    assertThat(TreeSnapshot.of(below(into, other))).as("%s", link).isEqualTo(expected.get("other"));
    TreeRemoval.remove(into);
  }

  private void assertNewestIsTheTree() throws Exception {
    assertLink(chain.links.size() - 1, snapshot());
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void everyLinkOfARandomChainComesBackAsItWas(long seed) throws Exception {
    FilesRoundTripTest.makeEverything(other);
    Files.write(root.resolve("big"), random(2_000_000));
    Mutations mutations = new Mutations(new Random(seed), List.of(root, other));
    mutations.run(60);
    List<Map<String, Map<String, String>>> snapshots = new ArrayList<>();
    for (int link = 0; link < 7; link++) {
      snapshots.add(snapshot());
      chain.take(link % 2 == 0 ? Clock.systemUTC() : later());
      mutations.run(1 + 6 * link);
    }
    for (int link = 0; link < 7; link++) {
      assertLink(link, snapshots.get(link));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatHasNotChangedTakesNoSpace(boolean inDoubt) throws Exception {
    Files.write(root.resolve("big"), random(10_000_000));
    FilesRoundTripTest.makeEverything(other);
    Taken whole = chain.take(inDoubt ? Clock.systemUTC() : later());
    Taken first = chain.take();
    file(root.resolve("new"), "x".repeat(1000));
    Taken second = chain.take();

    assertThat(whole.tar().length).isGreaterThan(11_000_000);
    assertThat(first.tar().length).isLessThanOrEqualTo(10_240);
    assertThat(first.memory().index("files")).isEmpty();
    assertThat(first.memory().bytes("tree").length).isLessThan(10_000);
    assertThat(second.tar().length).isLessThanOrEqualTo(10_240);
    assertThat(second.memory().index("files"))
        .singleElement()
        .satisfies(entry -> assertThat(entry.path()).endsWith("etc/app/new"));
    assertThat(second.state().require("bytes"))
        .isEqualTo(Long.toString(Long.parseLong(whole.state().require("bytes")) + 1000));
    assertNewestIsTheTree();
  }

  @Test
  void anEstimateIsOfWhatIsNew() throws Exception {
    Files.write(root.resolve("big"), random(1_000_000));
    chain.take(later());
    Files.write(root.resolve("new"), random(50_000));

    assertThat(chain.take().memory().expected()).isBetween(50_000L, 55_000L);
  }

  @Test
  void whatIsGoneStaysAway() throws Exception {
    file(root.resolve("a"), "stays");
    file(root.resolve("b"), "goes");
    file(root.resolve("folder/with/content"), "goes");
    chain.take();
    Files.delete(root.resolve("b"));
    TreeRemoval.remove(root.resolve("folder"));
    Taken second = chain.take();

    assertThat(second.memory().index("files")).isEmpty();
    assertNewestIsTheTree();
  }

  @Test
  void otherAttributesNeedNoContent() throws Exception {
    Path file = Files.write(root.resolve("file"), random(100_000));
    Path folder = Files.createDirectory(root.resolve("folder"));
    chain.take(later());
    mode(file, 0604);
    time(file, OLD);
    mode(folder, 0711);
    if (Trees.isRoot(file)) {
      Trees.owner(file, 1234, 5678);
    }
    Taken second = chain.take(later());
    assertThat(second.memory().index("files")).isEmpty();
    assertNewestIsTheTree();
    assertThat(chain.take().memory().index("files")).isEmpty();
    assertNewestIsTheTree();
  }

  @Test
  void anotherFileWithTheSameSizeAndTimeIsSeen() throws Exception {
    Path file = file(root.resolve("file"), "one");
    time(file, OLD);
    chain.take(later());
    Path another = file(root.resolve("another"), "two");
    time(another, OLD);
    Files.move(another, file, StandardCopyOption.REPLACE_EXISTING);
    chain.take(later());
    assertNewestIsTheTree();

    Files.writeString(file, "six");
    time(file, OLD);
    chain.take();
    assertNewestIsTheTree();
    assertThat(chain.links.get(2).memory().index("files")).hasSize(1);
  }

  @Test
  void aChangeWithinTheSameTickIsSeen() throws Exception {
    Path file = file(root.resolve("a"), "value 00");
    for (int i = 1; i <= 10; i++) {
      time(file, OLD);
      chain.take();
      Files.writeString(file, "value %02d".formatted(i));
      time(file, OLD);
      chain.take();
      assertNewestIsTheTree();
    }
  }

  @Test
  void whatIsWrittenThroughAMapIsSeen() throws Exception {
    Path journal = file(root.resolve("journal"), "x".repeat(4096));
    try (FileChannel channel =
        FileChannel.open(journal, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096);
      for (int i = 0; i < 4; i++) {
        map.put(i, (byte) 'y');
        chain.take();
        assertNewestIsTheTree();
      }
    }
  }

  @Test
  void hardLinksComeAndGo() throws Exception {
    Files.write(root.resolve("a"), random(100_000));
    Files.createLink(root.resolve("b"), root.resolve("a"));
    Files.createLink(root.resolve("c"), root.resolve("a"));
    file(root.resolve("x"), "single");
    chain.take(later());
    Files.createLink(root.resolve("y"), root.resolve("x"));
    Taken second = chain.take(later());
    assertThat(second.memory().index("files")).isEmpty();
    assertNewestIsTheTree();

    Files.delete(root.resolve("a"));
    chain.take(later());
    assertNewestIsTheTree();

    Files.writeString(root.resolve("c"), "all of them change");
    chain.take();
    assertNewestIsTheTree();

    Files.delete(root.resolve("c"));
    file(root.resolve("c"), "all of them change");
    chain.take();
    assertNewestIsTheTree();
  }

  @Test
  void whatChangesItsKindComesBack() throws Exception {
    file(root.resolve("file-to-folder"), "x");
    file(root.resolve("folder-to-file/a/b"), "x");
    file(root.resolve("folder-to-link/a"), "x");
    file(root.resolve("file-to-link"), "x");
    Files.createSymbolicLink(root.resolve("link-to-file"), Path.of("x"));
    Files.createSymbolicLink(root.resolve("link-to-folder"), Path.of("x"));
    chain.take();
    for (Path child : List.of(root.resolve("file-to-folder"), root.resolve("link-to-folder"))) {
      Files.delete(child);
      file(child.resolve("in/it"), "y");
    }
    for (String name : List.of("folder-to-file", "link-to-file")) {
      TreeRemoval.remove(root.resolve(name));
      file(root.resolve(name), "y");
    }
    for (String name : List.of("folder-to-link", "file-to-link")) {
      TreeRemoval.remove(root.resolve(name));
      Files.createSymbolicLink(root.resolve(name), Path.of("zz"));
    }
    chain.take();
    assertNewestIsTheTree();
  }

  @Test
  void anOldFileIsNotReadAgain() throws Exception {
    Path path = file(root.resolve("a"), "content");
    Found found =
        new Found(
            new TreeWalk.Node(RawNames.of(path).substring(1), path, FileStat.of(path)),
            "",
            () -> {
              throw new IOException("is read");
            });
    Print print =
        Print.file(
            found.node().stat(),
            new TreeCapture.Stored(7, 4096, "", true),
            Optional.of("00".repeat(32)));
    FindingLog findings = new FindingLog(finding -> {});
    Comparison now = new Comparison(Instant.now(), findings);

    assertThat(now.isSurelyUnchanged(print, found)).isFalse();
    assertThatThrownBy(() -> now.hasContentOf(print, found)).hasMessage("is read");
    assertThat(new Comparison(later().instant(), findings).isSurelyUnchanged(print, found))
        .isTrue();
  }

  @Test
  void anExcludedPathIsGoneAndComesBack() throws Exception {
    file(root.resolve("keep"), "x");
    file(root.resolve("cache/data"), "y");
    Taken whole = chain.take();
    Map<String, Map<String, String>> all = snapshot();
    MemoryCapture memory = new MemoryCapture();
    SourceState state =
        new FilesSource("config", List.of(root, other), Excludes.parse(List.of("cache")), later())
            .captureSince(whole.captured(), memory);
    chain.links.add(new Taken(memory, state));
    Taken third = chain.take();

    assertThat(state.require("files")).isEqualTo("1");
    assertThat(third.memory().index("files")).hasSize(1);
    assertLink(2, all);
  }

  @Test
  void aCaptureOfAnOlderReleaseIsNotBuiltOn() throws Exception {
    file(root.resolve("a"), "x");
    Taken whole = chain.take();
    Map<String, String> attributes = new HashMap<>(whole.state().attributes());
    attributes.keySet().removeIf(name -> name.startsWith("tree"));
    MemoryCapture older = new MemoryCapture();
    older.create("files", "tar").finish();
    older.replace("files", "tar", whole.tar());
    chain.links.set(0, new Taken(older, new SourceState(whole.state().asOf(), attributes)));

    assertThatThrownBy(chain::take)
        .isInstanceOf(UnusableParentException.class)
        .hasMessageContaining("full-20240115-020000 has no listing of its files");
    assertNewestIsTheTree();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut", "bit", "foreign", "empty"})
  void aDamagedListingIsNotBuiltOn(String how) throws Exception {
    file(root.resolve("a"), "x");
    Taken whole = chain.take();
    byte[] bytes = whole.memory().bytes("tree");
    byte[] damaged =
        switch (how) {
          case "cut" -> Arrays.copyOf(bytes, bytes.length - 30);
          case "foreign" -> "something else".repeat(9).getBytes(UTF_8);
          case "empty" -> new byte[0];
          default -> {
            bytes[bytes.length / 2] ^= 1;
            yield bytes;
          }
        };
    whole.memory().replace("tree", "list", damaged);

    assertThatThrownBy(chain::take)
        .isInstanceOf(UnusableParentException.class)
        .hasMessageContaining("the listing of full-20240115-020000 cannot be read");
  }

  @Test
  void otherPathsAreNotBuiltOn() throws Exception {
    file(root.resolve("a"), "x");
    Taken whole = chain.take();

    assertThatThrownBy(
            () ->
                new Increments(root)
                    .source(Clock.systemUTC())
                    .captureSince(whole.captured(), new MemoryCapture()))
        .isInstanceOf(UnusableParentException.class)
        .hasMessageContaining("the paths are [" + root + "]");
  }

  @Test
  void anInterruptionEndsAnIncrement() throws Exception {
    Files.write(root.resolve("a"), random(500_000));
    chain.take();
    Files.write(root.resolve("b"), random(500_001));
    Thread.currentThread().interrupt();

    assertThatThrownBy(chain::take).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
    chain.take();
    assertNewestIsTheTree();
  }

  @Test
  void anInterruptionWhileTheParentIsReadIsOne() throws Exception {
    file(root.resolve("a"), "x");
    Taken whole = chain.take();
    Captured interrupted =
        new ForwardingCaptured(whole.captured()) {
          @Override
          public InputStream open(String artifact, long offset) throws IOException {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("as the engine's streams do");
          }
        };

    assertThatThrownBy(
            () -> chain.source(Clock.systemUTC()).captureSince(interrupted, new MemoryCapture()))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void whatCouldNotBeReadToItsEndIsStoredAgain() throws Exception {
    file(root.resolve("a"), "x");
    Taken whole = chain.take(later());
    String listing = new String(whole.memory().bytes("tree"), ISO_8859_1);
    byte[] unread = listing.replaceFirst(" [0-9a-f]{64}\0", " -\0").getBytes(ISO_8859_1);
    whole.memory().replace("tree", "list", unread);
    MessageDigest digest = Sha256.newDigest();
    digest.update(unread);
    Map<String, String> attributes = new HashMap<>(whole.state().attributes());
    attributes.put("tree", Comparison.hex(digest));
    SourceState state = new SourceState(whole.state().asOf(), attributes);
    chain.links.set(0, new Taken(whole.memory(), state));

    assertThat(chain.take().memory().index("files")).hasSize(1);
    assertNewestIsTheTree();
    assertThat(chain.take().memory().index("files")).isEmpty();
    assertNewestIsTheTree();
  }

  @Test
  void thePreviewAndTheProgressAreOfTheWholeTree() throws Exception {
    Files.write(root.resolve("a"), random(100_000));
    chain.take();
    Files.write(root.resolve("b"), random(10_000));
    chain.take();
    Path into = base.resolve("into");
    AtomicLong done = new AtomicLong();
    RestoreTask task = chain.task(1, into);
    RestoreTask counted =
        new RestoreTask(
            task.captured(),
            task.earlier(),
            task.replay(),
            task.into(),
            Map.of(),
            false,
            done::addAndGet);

    var preview = chain.source(later()).preview(counted);

    assertThat(preview.bytes()).isEqualTo(102_400 + 12_288);
    assertThat(preview.findings()).isEmpty();
    assertThat(preview.targets()).containsExactly(below(into, root), below(into, other));
    assertThat(Trees.restore(counted).bytes()).isEqualTo(110_000);
    assertThat(done).hasValue(110_000);
  }

  @Test
  void aReplayTakesTheNewestVersionOrElseTheChain() throws Exception {
    file(root.resolve("a"), "one");
    chain.take();
    file(root.resolve("b"), "two");
    chain.take();
    Map<String, Map<String, String>> atSecond = snapshot();
    MemorySink sink = new MemorySink(base.resolve("spool"));
    assertReplayed(1, sink, atSecond);

    Files.writeString(root.resolve("a"), "three");
    try (VersionTracker tracker = chain.source(later()).tracker(sink)) {
      tracker.capture();
    }
    assertReplayed(1, sink, snapshot());
  }

  private void assertReplayed(int link, MemorySink sink, Map<String, Map<String, String>> expected)
      throws Exception {
    Path into = base.resolve("replayed-" + ++restores);
    RestoreTask task = chain.task(link, into);
    Replay replay = new Replay(new Goal.End(), OptionalLong.empty(), Replay.Afterwards.OPEN, sink);
    RestoreTask replayed =
        new RestoreTask(
            task.captured(),
            task.earlier(),
            Optional.of(replay),
            task.into(),
            Map.of(),
            false,
            bytes -> {});
    FilesSource source = chain.source(Clock.systemUTC());
    assertThat(source.preview(replayed).findings())
        .noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    Trees.restore(source, replayed);
    assertThat(TreeSnapshot.of(below(into, root))).isEqualTo(expected.get("root"));
    assertThat(TreeSnapshot.of(below(into, other))).isEqualTo(expected.get("other"));
  }

  @Test
  void aChainIsRestoredByHand() throws Exception {
    Oracles.require("tar");
    FilesRoundTripTest.makeEverything(root);
    time(Files.createFile(root.resolve("before 1970")), "1960-01-01T00:00:00Z");
    chain.take();
    TreeRemoval.remove(root.resolve("sub"));
    file(root.resolve("sub"), "a file by now");
    chain.take();
    mode(root.resolve("a.conf"), 0600);
    file(root.resolve(RawNames.toPath("caf\u00e9")), "not UTF-8");
    Files.createLink(root.resolve("other name"), root.resolve("sub"));
    chain.take();
    Path byHand = Files.createDirectory(temp.resolve("by-hand"));
    for (int i = 0; i < 3; i++) {
      Path tar = Files.write(temp.resolve(i + ".tar"), chain.links.get(i).tar());
      Path folder = Files.createDirectory(byHand.resolve(Integer.toString(i)));
      Oracles.run("tar", "-xpf", tar.toString(), "-C", folder.toString()).orFail();
    }
    Files.write(byHand.resolve("tree.list"), chain.links.get(2).memory().bytes("tree"));

    String script = documented().replace("/srv/by-hand", byHand.toString());
    Oracles.run("bash", "-euc", script).orFail();

    assertThat(TreeSnapshot.of(below(byHand.resolve("restored"), root)))
        .isEqualTo(TreeSnapshot.of(root));
  }

  /** The commands of the documentation, from where each tar is unpacked on. */
  private static String documented() throws IOException {
    String document = Files.readString(Path.of("../docs/redis-and-files.md"));
    int begin = document.indexOf("cd /srv/by-hand\nexport LC_ALL=C\n");
    return document.substring(begin, document.indexOf("```", begin));
  }
}
