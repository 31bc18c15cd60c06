package io.tradingengine.backup.core.files;

import static io.tradingengine.backup.core.files.Trees.below;
import static io.tradingengine.backup.core.files.Trees.capture;
import static io.tradingengine.backup.core.files.Trees.file;
import static io.tradingengine.backup.core.files.Trees.into;
import static io.tradingengine.backup.core.files.Trees.mode;
import static io.tradingengine.backup.core.files.Trees.owner;
import static io.tradingengine.backup.core.files.Trees.restore;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.files.Trees.Taken;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.spi.Restored;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesProcessTest {
  @TempDir Path temp;
  private Path root;
  private Path other;

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(temp.toRealPath().resolve("root"));
    other = temp.toRealPath().resolve("elsewhere");
  }

  private List<String> roundTrip(String... prefix) throws Exception {
    return run("roundtrip", prefix);
  }

  private List<String> run(String what, String... prefix) throws Exception {
    Process process = FilesProcess.start(List.of(prefix), what, root.toString(), other.toString());
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      List<String> lines = out.lines().toList();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void theUmaskChangesNothing() throws Exception {
    FilesRoundTripTest.makeEverything(root);
    Map<String, String> before = TreeSnapshot.of(root);

    assertThat(roundTrip("sh", "-c", "umask 0277; exec \"$@\"", "sh")).containsExactly("done");

    assertThat(TreeSnapshot.of(below(other, root))).isEqualTo(before);
  }

  @Test
  void whatMayNotBeReadIsNoNewVersionEachTime() throws Exception {
    assumeTrue(Trees.isRoot(root), "only root can make files of others");
    assumeTrue(
        Oracles.run("unshare", "-r", "true").exitCode() == 0, "needs namespaces to be no root");
    Path secret = file(root.resolve("secret"), "x");
    mode(secret, 0);
    owner(secret, 1234, 1234);
    file(root.resolve("open"), "x");

    List<String> lines = run("look", "unshare", "-r");

    assertThat(lines).hasSize(4).startsWith("version 0", "version 0", "version 0");
    assertThat(lines.get(3)).startsWith("found: " + secret + ": may not be read");
  }

  @Test
  void versionsOfAFileLargerThanTheHeapAreKept() throws Exception {
    long size = 300L << 20;
    try (FileChannel large =
        FileChannel.open(
            root.resolve("large"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      large.write(ByteBuffer.wrap("middle".getBytes(UTF_8)), 200L << 20);
      large.write(ByteBuffer.wrap(new byte[1]), size - 1);
    }
    FilesRoundTripTest.makeEverything(root);

    assertThat(run("versions", "env", "LC_ALL=POSIX")).containsExactly("version 1");

    assertThat(TreeSnapshot.of(below(other, root))).isEqualTo(TreeSnapshot.of(root));
  }

  @Test
  void theLocaleChangesNothing() throws Exception {
    FilesRoundTripTest.makeEverything(root);
    Map<String, String> before = TreeSnapshot.of(root);

    assertThat(roundTrip("env", "LC_ALL=POSIX")).containsExactly("done");

    assertThat(TreeSnapshot.of(below(other, root))).isEqualTo(before);
  }

  @Test
  void withoutRootWhatMayNotBeReadIsNamedAndOwnersAreThoseWhoRestore() throws Exception {
    assumeTrue(Trees.isRoot(root), "only root can make files of others");
    assumeTrue(
        Oracles.run("unshare", "-r", "true").exitCode() == 0, "needs namespaces to be no root");
    Path secret = file(root.resolve("secret"), "x");
    mode(secret, 0);
    owner(secret, 1234, 1234);
    Path closed = file(root.resolve("closed/x"), "x").getParent();
    mode(closed, 0);
    owner(closed, 1234, 1234);
    Path foreign = file(root.resolve("foreign"), "read by all");
    owner(foreign, 1234, 1234);
    mode(foreign, 06755);
    mode(file(root.resolve("read-only/own"), "x").getParent(), 0500);
    mode(root, 0555);

    List<String> lines = roundTrip("unshare", "-r");

    assertThat(lines)
        .hasSize(4)
        .anyMatch(line -> line.startsWith("captured: " + closed + ": may not be read"))
        .anyMatch(line -> line.startsWith("captured: " + secret + ": may not be read"))
        .anyMatch(line -> line.contains("under the current user instead of their owner: 1"))
        .contains("done");
    Path restored = below(other, root);
    assertThat(Trees.list(restored)).containsExactly("foreign", "read-only");
    assertThat(TreeSnapshot.of(restored).get("")).startsWith("40555 0:0 ");
    assertThat(TreeSnapshot.of(restored).get("foreign")).startsWith("100755 0:0 ");
    assertThat(TreeSnapshot.of(restored).get("read-only")).startsWith("40500 0:0 ");
  }

  @Test
  void aKilledRestoreLeavesNothingButWhatTheNextRemoves() throws Exception {
    file(root.resolve("a"), "a");
    file(root.resolve("b"), "b");
    Path target = below(other, root);
    Process process = FilesProcess.start(List.of(), "hang", root.toString(), other.toString());
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      assertThat(out.readLine()).isEqualTo("hangs");
      process.destroyForcibly().waitFor();
    }
    assertThat(Trees.list(target.getParent())).containsExactly(".root.restoring");
    Taken taken = capture(root);

    Restored restored = restore(into(taken.captured(), other));

    assertThat(Trees.list(target.getParent())).containsExactly("root");
    assertThat(TreeSnapshot.of(target)).isEqualTo(TreeSnapshot.of(root));
    assertThat(restored.findings())
        .extracting(Finding::message)
        .containsExactly(
            "removed "
                + target.getParent().resolve(".root.restoring")
                + ", which a restore that was killed had left");
  }
}
