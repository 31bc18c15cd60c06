package io.tradingengine.backup.core.files;

import static io.tradingengine.backup.core.files.Trees.below;
import static io.tradingengine.backup.core.files.Trees.capture;
import static io.tradingengine.backup.core.files.Trees.file;
import static io.tradingengine.backup.core.files.Trees.into;
import static io.tradingengine.backup.core.files.Trees.restore;
import static io.tradingengine.backup.core.files.Trees.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Finding.Severity;
import io.tradingengine.backup.core.files.Trees.Taken;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesCaptureTest {
  @TempDir Path temp;
  private Path root;
  private Path other;

  /** Something that happens to the tree while it is captured. */
  private interface Meanwhile {
    void happens() throws IOException;
  }

  @BeforeEach
  void makeRoot() throws IOException {
    root = temp.toRealPath().resolve("root");
    other = temp.toRealPath().resolve("elsewhere");
    Files.createDirectories(root);
  }

  /** Captures; once the header of {@code member} is written, something happens. */
  private Taken captureWith(String member, Meanwhile meanwhile) {
    MemoryCapture memory = new MemoryCapture();
    ArtifactSink sink =
        new ArtifactSink() {
          @Override
          public ArtifactStream create(String name, String extension) {
            return new MeddlingStream(memory.create(name, extension), member, meanwhile);
          }

          @Override
          public void report(Finding finding) {
            memory.report(finding);
          }

          @Override
          public void expect(long bytes) {
            memory.expect(bytes);
          }
        };
    SourceState state = Trees.captureInto(source(root), sink);
    return new Taken(memory, state);
  }

  private static final class MeddlingStream extends ArtifactStream {
    private final ArtifactStream out;
    private final String member;
    private final Meanwhile meanwhile;

    MeddlingStream(ArtifactStream out, String member, Meanwhile meanwhile) {
      this.out = out;
      this.member = member;
      this.meanwhile = meanwhile;
    }

    @Override
    public void index(IndexEntry entry) throws IOException {
      out.index(entry);
      if (entry.path().endsWith("/" + member)) {
        meanwhile.happens();
      }
    }

    @Override
    public long position() {
      return out.position();
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      out.write(bytes);
    }

    @Override
    public void finish() throws IOException {
      out.finish();
    }

    @Override
    public void abandon() throws IOException {
      out.abandon();
    }

    @Override
    public void close() {
      out.close();
    }
  }

  private Path restored(Taken taken) throws Exception {
    restore(into(taken.captured(), other));
    return below(other, root);
  }

  private static void assertOneFinding(Taken taken, Severity severity, Path subject, String words) {
    assertThat(taken.memory().findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(severity);
              assertThat(finding.subject()).isEqualTo(subject.toString());
              assertThat(finding.message()).contains(words);
            });
  }

  @Test
  void aFileThatGrowsIsStoredAsLongAsItWas() throws Exception {
    Path growing = file(root.resolve("log"), "first line\n");
    file(root.resolve("next"), "intact");

    Taken taken =
        captureWith("log", () -> Files.writeString(growing, "second", StandardOpenOption.APPEND));

    assertOneFinding(taken, Severity.INFO, growing, "grew from 11 to 17 bytes");
    assertThat(restored(taken).resolve("log")).hasContent("first line\n");
    assertThat(below(other, root).resolve("next")).hasContent("intact");
  }

  @Test
  void aFileThatShrinksIsFilledUpAndWarnedOf() throws Exception {
    Path shrinking = file(root.resolve("log"), "a".repeat(600_000));
    file(root.resolve("next"), "intact");

    Taken taken = captureWith("log", () -> Files.writeString(shrinking, "short"));

    assertOneFinding(taken, Severity.WARNING, shrinking, "shrank from 600000 to 5 bytes");
    assertThat(Files.readString(restored(taken).resolve("log")))
        .isEqualTo("short" + "\0".repeat(599_995));
    assertThat(below(other, root).resolve("next")).hasContent("intact");
  }

  @Test
  void aFileThatIsRewrittenMeanwhileIsToldOf() throws Exception {
    Path rewritten = file(root.resolve("state"), "old");

    Taken taken = captureWith("state", () -> Files.writeString(rewritten, "new"));

    assertOneFinding(taken, Severity.INFO, rewritten, "was changed while it was read");
  }

  @Test
  void aFileThatIsRemovedWhileItIsReadIsStillInTheBackup() throws Exception {
    Path removed = file(root.resolve("state"), "content");

    Taken taken = captureWith("state", () -> Files.delete(removed));

    assertOneFinding(taken, Severity.INFO, removed, "vanished while it was read");
    assertThat(restored(taken).resolve("state")).hasContent("content");
  }

  @Test
  void whatVanishesAfterItWasListedIsLeftOut() throws Exception {
    file(root.resolve("a"), "a");
    Path file = file(root.resolve("b"), "b");
    Path folder = file(root.resolve("c/inside"), "c").getParent();

    Taken taken =
        captureWith(
            "a",
            () -> {
              Files.delete(file);
              TreeRemoval.remove(folder);
            });

    assertThat(taken.memory().findings())
        .extracting(Finding::subject, Finding::severity)
        .containsExactly(
            tuple(file.toString(), Severity.INFO), tuple(folder.toString(), Severity.INFO));
    assertThat(Trees.list(restored(taken))).containsExactly("a");
  }

  @Test
  void aFileThatBecomesALinkIsNotFollowed() throws Exception {
    Path secret = file(temp.resolve("secret"), "not to be captured");
    Path swapped = file(root.resolve("swapped"), "harmless");
    TreeWalk.Visitor visitor =
        new TreeWalk.Visitor() {
          @Override
          public void directory(TreeWalk.Node node) {}

          @Override
          public void symlink(TreeWalk.Node node, String target) {}

          @Override
          public void file(TreeWalk.Node node, TreeWalk.Opener opener) throws IOException {
            Files.delete(swapped);
            Files.createSymbolicLink(swapped, secret);
            assertThatThrownBy(opener::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("symbolic link");
          }
        };

    new TreeWalk(Excludes.parse(List.of()), visitor, new FindingLog(finding -> {})).walk(root);

    assertThat(swapped).isSymbolicLink();
  }

  @Test
  void aFolderThatBecomesALinkIsNotFollowed() throws Exception {
    Path outside = file(temp.resolve("outside/secret"), "not to be captured").getParent();
    Path folder = file(root.resolve("folder/secret"), "harmless").getParent();

    Taken taken =
        captureWith(
            "folder",
            () -> {
              Files.move(folder, temp.resolve("moved"));
              Files.createSymbolicLink(folder, outside);
            });

    assertThat(restored(taken).resolve("folder/secret")).hasContent("harmless");
  }

  @Test
  void whatIsExcludedIsLeftOutWithAllBelowIt() throws Exception {
    file(root.resolve("a.tmp"), "x");
    file(root.resolve("keep.conf"), "x");
    file(root.resolve("sub/b.tmp"), "x");
    file(root.resolve("sub/keep"), "x");
    file(root.resolve("cache/one/two"), "x");
    file(root.resolve("logs/old.log"), "x");
    Source source =
        source(
            Settings.of("files")
                .with("paths", List.of(root))
                .with("exclude", List.of("**/*.tmp", "cache", "logs/**")));

    Taken taken = capture(source);

    assertThat(taken.memory().index("files"))
        .extracting(entry -> root.getParent().relativize(Path.of("/" + entry.path())).toString())
        .containsExactly("root", "root/keep.conf", "root/logs", "root/sub", "root/sub/keep");
    assertThat(taken.memory().findings()).isEmpty();
  }

  @Test
  void socketsAndPipesAreLeftOutByName() throws Exception {
    Path pipe = root.resolve("pipe");
    Oracles.run("mkfifo", pipe.toString()).orFail();
    Path socket = root.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      file(root.resolve("state"), "x");

      Taken taken = capture(root);

      assertThat(taken.memory().findings())
          .extracting(Finding::subject)
          .containsExactly(pipe.toString(), socket.toString());
      assertThat(taken.memory().findings())
          .allMatch(finding -> finding.severity() == Severity.INFO);
      assertThat(Trees.list(restored(taken))).containsExactly("state");
    }
  }

  @Test
  void aMissingRootIsNamedByTheCheckAndFailsTheCapture() throws Exception {
    Path missing = root.resolve("missing");

    try (Source source = source(missing)) {
      assertThat(source.check())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.ERROR);
                assertThat(finding.message()).isEqualTo(missing + " does not exist");
                assertThat(finding.hint()).contains("paths");
              });
      assertThatThrownBy(() -> source.capture(new MemoryCapture()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(missing + " does not exist");
    }
  }

  @Test
  void aRootThatIsALinkIsRefusedWithWhatItPointsTo() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("link"), root);

    try (Source source = source(link)) {
      assertThat(source.check())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.ERROR);
                assertThat(finding.message()).contains("symbolic link to " + root);
              });
    }
  }

  @Test
  void aFailingSinkFailsTheCapture() throws Exception {
    file(root.resolve("a"), "x".repeat(1_000_000));

    assertThatThrownBy(
            () ->
                captureWith(
                    "a",
                    () -> {
                      throw new IOException("no space left in the repository");
                    }))
        .hasRootCauseMessage("no space left in the repository");
  }

  @Test
  void anInterruptionEndsTheCapture() throws Exception {
    file(root.resolve("a"), "x");
    file(root.resolve("b"), "x");
    try (Source source = source(root)) {
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> source.capture(new MemoryCapture()))
          .isInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).isFalse();
    }
  }

  @Test
  void manyFindingsOfAKindAreCounted() {
    List<Finding> passedOn = new ArrayList<>();
    FindingLog log = new FindingLog(passedOn::add);
    for (int i = 0; i < 1234; i++) {
      log.info(Path.of("/" + i), "vanished");
    }
    log.finish();

    assertThat(passedOn).hasSize(501);
    assertThat(passedOn.get(500).message()).startsWith("734 more findings");
  }
}
