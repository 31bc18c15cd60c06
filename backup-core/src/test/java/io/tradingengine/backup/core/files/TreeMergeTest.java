package io.tradingengine.backup.core.files;

import static io.tradingengine.backup.core.files.Trees.below;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.files.Trees.Taken;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A chain of captures of trees becomes one that stands on its own. */
class TreeMergeTest {
  private static final int LINKS = 5;

  @TempDir Path temp;
  private Path base;
  private Path root;
  private Path other;
  private Increments chain;

  @BeforeEach
  void makeRoots() throws Exception {
    base = temp.toRealPath();
    root = Files.createDirectories(base.resolve("etc/app"));
    other = Files.createDirectories(base.resolve("var/app"));
    chain = new Increments(root, other);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aMergedChainIsTheTreeAndTheNextCaptureBuildsOnIt(long seed) throws Exception {
    takeChain(seed);
    Map<String, String> before = TreeSnapshot.of(root);
    Map<String, String> beforeOther = TreeSnapshot.of(other);

    Taken merged = merge();

    assertThat(merged.memory().findings()).isEmpty();
    assertThat(merged.memory().finished()).containsExactly("files", "tree");
    Path into = base.resolve("merged");
    Trees.restore(Trees.into(merged.captured(), into));
    assertThat(TreeSnapshot.of(below(into, root))).isEqualTo(before);
    assertThat(TreeSnapshot.of(below(into, other))).isEqualTo(beforeOther);

    chain.links.clear();
    chain.links.add(merged);
    assertThat(chain.take().tar().length).as("nothing has changed").isLessThanOrEqualTo(10_240);
    new Mutations(new Random(seed), List.of(root, other)).run(20);
    chain.take();
    Path again = base.resolve("again");
    Trees.restore(chain.task(2, again));
    assertThat(TreeSnapshot.of(below(again, root))).isEqualTo(TreeSnapshot.of(root));
    assertThat(TreeSnapshot.of(below(again, other))).isEqualTo(TreeSnapshot.of(other));
  }

  @Test
  void itSaysOfItselfWhatAFullCaptureSays() throws Exception {
    takeChain(4);

    Taken merged = merge();

    SourceState full = new Increments(root, other).take().state();
    assertThat(merged.state().attributes().keySet()).isEqualTo(full.attributes().keySet());
    for (String same : List.of("files", "directories", "links", "bytes", "tree.depth", "root.1")) {
      assertThat(merged.state().require(same)).as(same).isEqualTo(full.require(same));
    }
    assertThat(merged.state().asOf()).isEqualTo(chain.links.get(LINKS - 1).state().asOf());
  }

  @Test
  void gnuTarUnpacksTheSameTreeAndTheIndexTellsWhereFilesAre() throws Exception {
    takeChain(5);

    Taken merged = merge();

    byte[] bytes = merged.tar();
    Path tar = Files.write(base.resolve("files.tar"), bytes);
    Path byHand = Files.createDirectory(base.resolve("by-hand"));
    assertThat(
            Oracles.run("tar", "-x", "-p", "-f", tar.toString(), "-C", byHand.toString())
                .orFail()
                .stderr())
        .isEmpty();
    assertThat(TreeSnapshot.of(below(byHand, root))).isEqualTo(TreeSnapshot.of(root));
    int files = 0;
    for (IndexEntry entry : merged.memory().index("files")) {
      Path path = Path.of("/" + entry.path());
      if (entry.type() == IndexEntry.Type.FILE && Files.exists(path)) {
        int from = (int) entry.offset();
        assertThat(Arrays.copyOfRange(bytes, from, from + (int) entry.size()))
            .as(entry.path())
            .isEqualTo(Files.readAllBytes(path));
        files++;
      }
    }
    assertThat(files).isGreaterThan(5);
  }

  @Test
  void aLinkWithOtherContentIsRefused() throws Exception {
    Trees.file(root.resolve("a"), "the content of the first link");
    chain.take();
    Trees.file(root.resolve("b"), "the content of the second link");
    chain.take();
    MemoryCapture first = chain.links.get(0).memory();
    String tar = new String(first.bytes("files"), StandardCharsets.ISO_8859_1);
    first.replace(
        "files",
        "tar",
        tar.replace("content of the first", "Content of the first")
            .getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(this::merge)
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("has another content");
  }

  private void takeChain(long seed) throws Exception {
    FilesRoundTripTest.makeEverything(other);
    Mutations mutations = new Mutations(new Random(seed), List.of(root, other));
    for (int link = 0; link < LINKS; link++) {
      mutations.run(20);
      chain.take();
    }
  }

  private Taken merge() throws Exception {
    MemoryCapture memory = new MemoryCapture();
    int newest = chain.links.size() - 1;
    List<Captured> earlier = chain.links.subList(0, newest).stream().map(Taken::captured).toList();
    try (FilesSource source = chain.source(Clock.systemUTC())) {
      return new Taken(memory, source.merge(chain.links.get(newest).captured(), earlier, memory));
    }
  }
}
