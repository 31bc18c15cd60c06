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
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.spi.Goal;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.VersionedSource;
import io.tradingengine.backup.spi.VersionedSource.VersionTracker;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeVersionsTest {
  private static final Duration LATER = Duration.ofHours(1);

  @TempDir Path temp;
  private Path base;
  private Path root;
  private Path other;
  private MemorySink sink;
  private VersionTracker tracker;
  private int restores;

  @BeforeEach
  void makeRoot() throws Exception {
    base = temp.toRealPath();
    root = Files.createDirectories(base.resolve("etc/app"));
    other = Files.createDirectories(base.resolve("var/app"));
    sink = new MemorySink(base.resolve("spool"));
    tracker = newTracker(Clock.systemUTC());
  }

  private VersionTracker newTracker(Clock clock) throws IOException {
    return source(clock, root, other).tracker(sink);
  }

  private static FilesSource source(Clock clock, Path... roots) {
    return new FilesSource("config", List.of(roots), Excludes.parse(List.of("**/*.tmp")), clock);
  }

  private static Clock later() {
    return Clock.offset(Clock.systemUTC(), LATER);
  }

  private StreamPosition capture() throws Exception {
    return tracker.capture().orElseThrow();
  }

  private Path restore(Goal goal) throws Exception {
    Path into = base.resolve("restored-" + ++restores);
    restore(goal, into);
    return into;
  }

  private Restored restore(Goal goal, Path into) throws Exception {
    VersionedSource source = source(Clock.systemUTC(), root, other);
    return Trees.restore(source, task(goal, into));
  }

  private RestoreTask task(Goal goal, Path into) {
    return new RestoreTask(
        new MemoryCapture().captured(new SourceState(Instant.EPOCH, Map.of())),
        Optional.of(replay(goal)),
        Optional.of(into),
        Map.of(),
        false,
        bytes -> {});
  }

  private Replay replay(Goal goal) {
    return new Replay(goal, OptionalLong.empty(), Replay.Afterwards.OPEN, sink);
  }

  private Map<String, Map<String, String>> snapshot() throws IOException {
    return Map.of("root", TreeSnapshot.of(root), "other", TreeSnapshot.of(other));
  }

  private void assertVersion(StreamPosition at, Map<String, Map<String, String>> expected)
      throws Exception {
    Path into = restore(new Goal.At(at));
    assertThat(TreeSnapshot.of(below(into, root))).as("%s", at).isEqualTo(expected.get("root"));
    assertThat(TreeSnapshot.of(below(into, other))).as("%s", at).isEqualTo(expected.get("other"));
    TreeRemoval.remove(into);
  }

  @Test
  void anUnchangedTreeIsOneVersion() throws Exception {
    FilesRoundTripTest.makeEverything(root);

    StreamPosition first = capture();

    assertThat(capture()).isEqualTo(first);
    assertThat(capture()).isEqualTo(first);
    assertThat(first.offset()).isZero();
    assertThat(sink.stored).hasSize(1);
    assertThat(sink.stored.get(0).name())
        .matches("v[0-9]{17}-[0-9a-f]{8}/0-[0-9]{17}\\.tree")
        .startsWith(first.stream() + "/0-");
    assertThat(sink.stored.get(0).end()).contains(first);
    assertThat(sink.findings).isEmpty();
    assertThat(Trees.list(sink.folder())).containsExactly("version.prints");
    assertVersion(first, snapshot());
  }

  @Test
  void aLaterVersionIsTheDifferenceToVersion0() throws Exception {
    FilesRoundTripTest.makeEverything(root);
    file(other.resolve("a"), "a");
    StreamPosition first = capture();
    Map<String, Map<String, String>> before = snapshot();
    file(root.resolve("sub/new/file"), "new");
    Files.writeString(root.resolve("a.conf"), "key = other\n");
    Files.delete(root.resolve("link-abs"));
    mode(root.resolve("empty-dir"), 0711);
    TreeRemoval.remove(root.resolve("Größe"));

    StreamPosition second = capture();

    assertThat(second).isEqualTo(new StreamPosition(first.stream(), 1));
    assertThat(sink.stored.get(1).to()).isLessThan(20_000);
    assertVersion(second, snapshot());
    assertVersion(first, before);
  }

  @Test
  void whatChangesItsKindComesBack() throws Exception {
    file(root.resolve("file-to-folder"), "x");
    file(root.resolve("folder-to-file/a/b"), "x");
    file(root.resolve("folder-to-link/a"), "x");
    Files.createSymbolicLink(root.resolve("link-to-file"), Path.of("x"));
    Files.createSymbolicLink(root.resolve("link-to-folder"), Path.of("x"));
    file(root.resolve("zz"), "stays");
    capture();
    Files.delete(root.resolve("file-to-folder"));
    file(root.resolve("file-to-folder/in/it"), "y");
    TreeRemoval.remove(root.resolve("folder-to-file"));
    file(root.resolve("folder-to-file"), "y");
    TreeRemoval.remove(root.resolve("folder-to-link"));
    Files.createSymbolicLink(root.resolve("folder-to-link"), Path.of("zz"));
    Files.delete(root.resolve("link-to-file"));
    file(root.resolve("link-to-file"), "y");
    Files.delete(root.resolve("link-to-folder"));
    Files.createDirectory(root.resolve("link-to-folder"));

    assertVersion(capture(), snapshot());
  }

  @Test
  void hardLinksThatComeAndGoAreKept() throws Exception {
    file(root.resolve("a"), "one");
    Files.createLink(root.resolve("b"), root.resolve("a"));
    Files.createLink(root.resolve("c"), root.resolve("a"));
    file(root.resolve("x"), "single");
    file(root.resolve("untouched"), "u");
    Files.createLink(root.resolve("untouched-too"), root.resolve("untouched"));
    capture();

    Files.delete(root.resolve("a"));
    Files.createLink(root.resolve("y"), root.resolve("x"));
    assertVersion(capture(), snapshot());

    file(root.resolve("a"), "another");
    assertVersion(capture(), snapshot());

    Files.move(root.resolve("b"), root.resolve("0"));
    Files.writeString(root.resolve("c"), "all of them change");
    assertVersion(capture(), snapshot());
  }

  @Test
  void randomChangesComeBackAtEveryVersion() throws Exception {
    Mutations mutations = new Mutations(new Random(42), List.of(root, other));
    mutations.run(120);
    Map<StreamPosition, Map<String, Map<String, String>>> versions = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      versions.put(capture(), snapshot());
      if (i % 13 == 12) {
        tracker.close();
        tracker = newTracker(i % 2 == 0 ? later() : Clock.systemUTC());
      }
      mutations.run(1 + i % 7);
    }
    assertThat(versions.size()).isGreaterThan(35);
    assertThat(versions.keySet().stream().map(StreamPosition::stream).distinct()).hasSize(1);
    for (var version : versions.entrySet()) {
      assertVersion(version.getKey(), version.getValue());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anotherProcessGoesOnWithTheSeries(boolean changed) throws Exception {
    file(root.resolve("a"), "one");
    StreamPosition first = capture();
    tracker.close();
    if (changed) {
      Files.writeString(root.resolve("a"), "two");
    }

    tracker = newTracker(Clock.systemUTC());

    assertThat(capture()).isEqualTo(new StreamPosition(first.stream(), changed ? 1 : 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"torn", "foreign", "empty", "missing", "one bit"})
  void withoutItsPrintsANewSeriesBegins(String how) throws Exception {
    file(root.resolve("a"), "one");
    StreamPosition first = capture();
    Path prints = sink.folder().resolve("version.prints");
    byte[] bytes = Files.readAllBytes(prints);
    switch (how) {
      case "torn" -> Files.write(prints, Arrays.copyOf(bytes, bytes.length - 40));
      case "foreign" -> Files.writeString(prints, "something else ".repeat(20));
      case "empty" -> Files.write(prints, new byte[0]);
      case "missing" -> Files.delete(prints);
      default -> {
        bytes[bytes.length / 2] ^= 4;
        Files.write(prints, bytes);
      }
    }

    tracker = newTracker(Clock.systemUTC());
    StreamPosition second = capture();

    assertThat(second.stream()).isGreaterThan(first.stream());
    assertThat(second.offset()).isZero();
    assertVersion(second, snapshot());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void printsThatVanishInBetweenBeginANewSeries(boolean damaged) throws Exception {
    file(root.resolve("a"), "one");
    StreamPosition first = capture();
    Path prints = sink.folder().resolve("version.prints");
    if (damaged) {
      Files.write(prints, Arrays.copyOf(Files.readAllBytes(prints), 300));
    } else {
      TreeRemoval.remove(sink.folder());
    }

    StreamPosition second = capture();

    assertThat(second.stream()).isGreaterThan(first.stream());
    assertThat(capture()).isEqualTo(second);
    assertVersion(second, snapshot());
  }

  @Test
  void anInterruptionEndsACaptureAndLeavesTheSeries() throws Exception {
    file(root.resolve("a"), "x".repeat(100_000));
    StreamPosition first = capture();
    file(root.resolve("b"), "x".repeat(100_000));

    Thread.currentThread().interrupt();
    assertThatThrownBy(this::capture).isInstanceOf(InterruptedException.class);

    assertThat(Thread.interrupted()).isFalse();
    assertThat(capture()).isEqualTo(new StreamPosition(first.stream(), 1));
  }

  @Test
  void aSeriesWhoseVersionsAreGoneIsNotGoneOnWith() throws Exception {
    file(root.resolve("a"), "one");
    StreamPosition first = capture();
    sink.pieces.clear();

    tracker = newTracker(Clock.systemUTC());

    assertThat(capture().stream()).isNotEqualTo(first.stream());
  }

  @Test
  void otherPathsBeginANewSeries() throws Exception {
    file(root.resolve("a"), "one");
    StreamPosition first = capture();

    tracker = source(Clock.systemUTC(), root).tracker(sink);

    assertThat(capture().stream()).isNotEqualTo(first.stream());
  }

  @Test
  void aVersionThatWasStoredButNotNotedIsNotGivenAgain() throws Exception {
    file(root.resolve("a"), "one");
    capture();
    byte[] prints = Files.readAllBytes(sink.folder().resolve("version.prints"));
    Files.writeString(root.resolve("a"), "two");
    StreamPosition second = capture();
    Map<String, Map<String, String>> atSecond = snapshot();
    Files.write(sink.folder().resolve("version.prints"), prints);
    Files.writeString(root.resolve("a"), "six");

    tracker = newTracker(Clock.systemUTC());
    StreamPosition third = capture();

    assertThat(third).isEqualTo(new StreamPosition(second.stream(), 2));
    assertVersion(second, atSecond);
    assertVersion(third, snapshot());
  }

  @Test
  void aVersionThatCouldNotBeStoredIsTriedAgain() throws Exception {
    file(root.resolve("a"), "one");
    StreamPosition first = capture();
    Files.writeString(root.resolve("a"), "two");
    sink.fail(true);
    assertThatThrownBy(this::capture).isInstanceOf(IOException.class);
    assertThat(Trees.list(sink.folder())).containsExactly("version.prints");
    sink.fail(false);

    StreamPosition second = capture();

    assertThat(second.stream()).isEqualTo(first.stream());
    assertThat(second.offset()).isPositive();
    assertVersion(second, snapshot());
  }

  @Test
  void aLargeDifferenceBeginsANewSeries() throws Exception {
    byte[] random = new byte[3 << 20];
    new Random(3).nextBytes(random);
    Files.write(root.resolve("large"), random);
    StreamPosition first = capture();
    Files.write(root.resolve("small"), Arrays.copyOf(random, 1 << 20));
    StreamPosition second = capture();
    Files.write(root.resolve("too-much"), Arrays.copyOf(random, 1 << 20));
    StreamPosition third = capture();

    assertThat(second.stream()).isEqualTo(first.stream());
    assertThat(third.stream()).isGreaterThan(first.stream());
    assertThat(third.offset()).isZero();
    assertVersion(third, snapshot());
    assertThat(Trees.list(sink.folder())).containsExactly("version.prints");
  }

  @Test
  void aChangeWithinTheSameTickIsSeen() throws Exception {
    Path file = file(root.resolve("a"), "value 00");
    for (int i = 1; i <= 30; i++) {
      time(file, "2024-01-15T02:00:00Z");
      long before = capture().offset();
      Files.writeString(file, "value %02d".formatted(i));
      time(file, "2024-01-15T02:00:00Z");
      assertThat(capture().offset()).isEqualTo(before + 1);
    }
  }

  @Test
  void anOldFileIsNotReadAgainAndAYoungOneIs() throws Exception {
    Path file = file(root.resolve("a"), "content");
    Found found =
        new Found(
            new TreeWalk.Node(RawNames.of(file).substring(1), file, FileStat.of(file)),
            "",
            () -> Files.newByteChannel(file));
    Print print =
        Print.file(
            found.node().stat(),
            new TreeCapture.Stored(7, 4096, "", true),
            Optional.of("00".repeat(32)));
    Comparison comparison = new Comparison(Instant.now(), new FindingLog(finding -> {}));

    assertThat(comparison.unchanged(print, found)).isEmpty();
    assertThat(comparison.unchanged(print.trusted(), found)).contains(print.trusted());
    assertThat(comparison.digestIfInDoubt(found.node().stat())).isPresent();
    assertThat(
            new Comparison(Instant.now().plus(LATER), new FindingLog(finding -> {}))
                .digestIfInDoubt(found.node().stat()))
        .isEmpty();
  }

  @Test
  void doubtIsGivenUpOnceTheFileIsOld() throws Exception {
    file(root.resolve("a"), "content");
    capture();
    long inDoubt = Files.size(sink.folder().resolve("version.prints"));
    tracker = newTracker(later());
    capture();
    long trusted = Files.size(sink.folder().resolve("version.prints"));
    var written = Files.getLastModifiedTime(sink.folder().resolve("version.prints"));
    Thread.sleep(20);
    capture();

    assertThat(trusted).isEqualTo(inDoubt - 64);
    assertThat(Files.getLastModifiedTime(sink.folder().resolve("version.prints")))
        .as("nothing is written any more")
        .isEqualTo(written);
    assertThat(sink.stored).hasSize(1);
  }

  @Test
  void aClockThatGoesBackDoesNotMakeVersionsOlder() throws Exception {
    file(root.resolve("a"), "one");
    capture();
    tracker = newTracker(Clock.offset(Clock.systemUTC(), Duration.ofDays(-1)));
    Files.writeString(root.resolve("a"), "two");
    StreamPosition second = capture();
    Files.delete(sink.folder().resolve("version.prints"));
    tracker = newTracker(Clock.offset(Clock.systemUTC(), Duration.ofDays(-2)));
    StreamPosition third = capture();

    assertThat(third.stream()).isGreaterThan(second.stream());
    List<Version> versions = VersionList.of(sink.names(), "tree").versions();
    assertThat(versions).extracting(Version::number).containsExactly(0L, 1L, 0L);
    Path into = restore(new Goal.End());
    assertThat(TreeSnapshot.of(below(into, root))).isEqualTo(TreeSnapshot.of(root));
  }

  @Test
  void whatIsWrittenThroughAMapIsSeen() throws Exception {
    Path journal = file(root.resolve("journal"), "x".repeat(4096));
    try (FileChannel channel =
        FileChannel.open(journal, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096);
      for (int i = 0; i < 5; i++) {
        map.put(i, (byte) 'y');
        StreamPosition at = capture();
        assertThat(at.offset()).as("the page is dirty, and the file's times stand").isEqualTo(i);
        assertVersion(at, snapshot());
      }
    }
  }

  @Test
  void whatIsFoundNoMoreIsTakenBack() throws Exception {
    Path pipe = root.resolve("pipe");
    Oracles.run("mkfifo", pipe.toString()).orFail();
    StreamPosition first = capture();
    assertThat(sink.findings).containsOnlyKeys(pipe.toString());
    assertThat(capture()).isEqualTo(first);
    assertThat(sink.findings).containsOnlyKeys(pipe.toString());
    Files.delete(pipe);
    capture();
    assertThat(sink.findings).isEmpty();
  }

  @Test
  void aFileThatGrowsIsTakenAgain() throws Exception {
    Path log = file(root.resolve("log"), "x".repeat(300_000));
    Thread writer =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 300; i++) {
                  Files.writeString(log, "line\n", StandardOpenOption.APPEND);
                  Thread.sleep(1);
                }
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    writer.start();
    while (writer.isAlive()) {
      StreamPosition at = capture();
      Path into = restore(new Goal.At(at));
      String restored = Files.readString(below(into, log));
      assertThat(restored).matches("x{300000}(line\n)*");
    }
    writer.join();
    assertVersion(capture(), snapshot());
    assertThat(sink.findings.values()).allMatch(f -> f.severity() == Finding.Severity.INFO);
  }

  @Test
  void tarAndRmRestoreAVersionByHand() throws Exception {
    Oracles.require("tar");
    FilesRoundTripTest.makeEverything(root);
    capture();
    TreeRemoval.remove(root.resolve("sub"));
    file(root.resolve("sub"), "a file by now");
    Files.delete(root.resolve("line\nbreak and \\ and \"quotes\" and trailing space "));
    Files.writeString(root.resolve("empty"), "no more");
    StreamPosition second = capture();
    List<Version> versions = VersionList.of(sink.names(), "tree").versions();
    for (Version version : versions) {
      Files.write(temp.resolve(version.number() + ".tree"), sink.pieces.get(version.piece("tree")));
    }
    Path byHand = Files.createDirectory(temp.resolve("by-hand"));

    Oracles.run(
            "bash",
            "-ec",
            """
            cd "$1"
            tar -xpf "$2"
            tar -xOf "$3" .trading-engine-gone | xargs -0r rm -rf --
            tar -xpf "$3"
            """,
            "bash",
            byHand.toString(),
            temp.resolve("0.tree").toString(),
            temp.resolve("1.tree").toString())
        .orFail();

    assertThat(TreeSnapshot.of(below(byHand, root))).isEqualTo(TreeSnapshot.of(root));
    assertVersion(second, snapshot());
  }

  @Test
  void theEndIsTheNewestVersionAfterTheCapture() throws Exception {
    file(root.resolve("a"), "one");
    capture();
    Files.writeString(root.resolve("a"), "two");
    capture();
    Version newest = VersionList.of(sink.names(), "tree").newest().orElseThrow();
    VersionedSource source = source(Clock.systemUTC(), root, other);

    assertThat(source.route(asOf(newest.instant().minusMillis(1)), replay(new Goal.End())).pieces())
        .containsExactlyElementsOf(sink.names());
    assertThat(source.route(asOf(newest.instant()), replay(new Goal.End())).pieces()).isEmpty();
    assertThat(source.positionOf(asOf(Instant.EPOCH))).isEmpty();
  }

  private static SourceState asOf(Instant instant) {
    return new SourceState(instant, Map.of());
  }

  @Test
  void missingVersionsAreNamed() throws Exception {
    file(root.resolve("a"), "one");
    StreamPosition first = capture();
    Files.writeString(root.resolve("a"), "two");
    StreamPosition second = capture();
    VersionedSource source = source(Clock.systemUTC(), root, other);
    Goal third = new Goal.At(new StreamPosition(first.stream(), 7));

    assertThat(source.route(asOf(Instant.EPOCH), replay(third)).findings().toString())
        .contains("version 7 of the series " + first.stream() + " is missing")
        .contains("of that series there are the versions 0, 1");
    assertThat(source.route(asOf(Instant.EPOCH), replay(new Goal.Named("x"))).findings().toString())
        .contains("no such target");
    sink.pieces.keySet().removeIf(name -> name.startsWith(first.stream() + "/0-"));
    assertThat(source.route(asOf(Instant.EPOCH), replay(new Goal.At(second))).findings().toString())
        .contains("version 0 of the series");
    assertThat(source.route(asOf(Instant.EPOCH), replay(new Goal.End())).open()).isTrue();
    assertThatThrownBy(() -> restore(new Goal.At(second)))
        .isInstanceOf(RestoreRefusedException.class);
    assertThat(source.preview(task(third, base.resolve("x"))).findings())
        .anyMatch(finding -> finding.severity() == Finding.Severity.ERROR);
  }

  @Test
  void thePreviewTellsTheVersionsSize() throws Exception {
    file(root.resolve("a"), "x".repeat(100_000));
    capture();
    file(root.resolve("b"), "y".repeat(10_000));
    StreamPosition second = capture();
    VersionedSource source = source(Clock.systemUTC(), root, other);

    var preview = source.preview(task(new Goal.At(second), base.resolve("into")));

    assertThat(preview.bytes()).isEqualTo(102_400 + 12_288);
    assertThat(preview.targets())
        .containsExactly(below(base.resolve("into"), root), below(base.resolve("into"), other));
    assertThat(restore(new Goal.At(second), base.resolve("into")).bytes()).isEqualTo(110_000);
  }

  @Test
  void namesThatAreNotUtf8GoAndComeToo() throws Exception {
    Path latin = root.resolve(RawNames.toPath("caf\u00e9"));
    file(latin.resolve(RawNames.toPath("\u00ff\u00fe")), "content");
    file(root.resolve("caf"), "sorts before");
    capture();
    TreeRemoval.remove(latin);
    Files.createSymbolicLink(root.resolve("l"), RawNames.toPath("\u00a0"));
    assertVersion(capture(), snapshot());
    assertThat(
            new String(sink.pieces.values().stream().skip(1).findFirst().orElseThrow(), ISO_8859_1))
        .contains("caf\u00e9\0");
    assertThat("caf\u00e9".getBytes(UTF_8)).hasSize(5);
  }
}
