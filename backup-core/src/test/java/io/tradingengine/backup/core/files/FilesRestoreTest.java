package io.tradingengine.backup.core.files;

import static io.tradingengine.backup.core.files.Trees.below;
import static io.tradingengine.backup.core.files.Trees.capture;
import static io.tradingengine.backup.core.files.Trees.file;
import static io.tradingengine.backup.core.files.Trees.force;
import static io.tradingengine.backup.core.files.Trees.inPlace;
import static io.tradingengine.backup.core.files.Trees.into;
import static io.tradingengine.backup.core.files.Trees.restore;
import static io.tradingengine.backup.core.files.Trees.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Finding.Severity;
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.core.files.RootTarget.Occupant;
import io.tradingengine.backup.core.files.Trees.Taken;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.contract.ForwardingCaptured;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesRestoreTest {
  private static final String ASIDE = ".before-restore-20240115T143000Z";
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2024-01-15T14:30:00Z"), ZoneOffset.UTC);

  @TempDir Path temp;
  private Path base;
  private Path root;

  @BeforeEach
  void makeRoot() throws IOException {
    base = Files.createDirectory(temp.toRealPath().resolve("base"));
    root = Files.createDirectory(base.resolve("app"));
    file(root.resolve("a.conf"), "captured");
    file(root.resolve("sub/b.conf"), "captured too");
  }

  private Restored restoreAtFixedTime(RestoreTask task) throws Exception {
    try (Source source =
        new FilesSource("config", List.of(root), Excludes.parse(List.of()), CLOCK)) {
      return Trees.restore(source, task);
    }
  }

  private RestorePreview preview(RestoreTask task) throws Exception {
    try (Source source = source(root)) {
      return source.preview(task);
    }
  }

  /** A capture whose stream ends in an error after some bytes. */
  private static Captured failing(Captured captured, long after, IOException failure) {
    return new ForwardingCaptured(captured) {
      @Override
      public InputStream open(String artifact, long offset) throws IOException {
        return new FilterInputStream(super.open(artifact, offset)) {
          private long left = after;

          @Override
          public int read(byte[] bytes, int from, int length) throws IOException {
            if (left <= 0) {
              throw failure;
            }
            int got = super.read(bytes, from, (int) Math.min(length, left));
            left -= got;
            return got;
          }
        };
      }
    };
  }

  @Test
  void whatIsThereIsNotTouchedWithoutForce() throws Exception {
    Taken taken = capture(root);
    Files.writeString(root.resolve("a.conf"), "newer");
    Map<String, String> before = TreeSnapshot.of(base);

    RestorePreview preview = preview(inPlace(taken.captured()));

    assertThat(preview.targets()).containsExactly(root);
    assertThat(preview.bytes()).isEqualTo(8192);
    assertThat(preview.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.ERROR);
              assertThat(finding.message()).isEqualTo(root + " exists");
              assertThat(finding.hint()).contains("force", root + ".before-restore-<time>");
            });
    assertThatThrownBy(() -> restore(inPlace(taken.captured())))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining(root + " exists");
    assertThat(TreeSnapshot.of(base)).isEqualTo(before);
  }

  @Test
  void forceMovesWhatIsThereAside() throws Exception {
    Taken taken = capture(root);
    Map<String, String> captured = TreeSnapshot.of(root);
    file(root.resolve("newer"), "newer");
    Map<String, String> newer = TreeSnapshot.of(root);

    Restored restored = restoreAtFixedTime(force(inPlace(taken.captured())));

    assertThat(TreeSnapshot.of(root)).isEqualTo(captured);
    assertThat(TreeSnapshot.of(base.resolve("app" + ASIDE))).isEqualTo(newer);
    assertThat(Trees.list(base)).containsExactly("app", "app" + ASIDE);
    assertThat(restored.findings())
        .extracting(Finding::message)
        .containsExactly("what was at " + root + " before is now at " + root + ASIDE);
  }

  @Test
  void forceNeverReplacesWhatAnEarlierRestoreMovedAside() throws Exception {
    Taken taken = capture(root);
    file(base.resolve("app" + ASIDE).resolve("precious"), "x");

    restoreAtFixedTime(force(inPlace(taken.captured())));

    assertThat(Trees.list(base)).containsExactly("app", "app" + ASIDE, "app" + ASIDE + "-2");
    assertThat(base.resolve("app" + ASIDE).resolve("precious")).hasContent("x");
  }

  @Test
  void aSingleFileIsMovedAsideToo() throws Exception {
    Path single = file(base.resolve("single"), "captured");
    Taken taken = capture(single);
    Files.writeString(single, "newer");

    restoreAtFixedTime(force(inPlace(taken.captured())));

    assertThat(single).hasContent("captured");
    assertThat(base.resolve("single" + ASIDE)).hasContent("newer");
  }

  @Test
  void anEmptyFolderIsNoObstacle() throws Exception {
    Taken taken = capture(root);
    Map<String, String> captured = TreeSnapshot.of(root);
    TreeRemoval.remove(root);
    Files.createDirectory(root);

    assertThat(preview(inPlace(taken.captured())).findings()).isEmpty();
    restore(inPlace(taken.captured()));

    assertThat(TreeSnapshot.of(root)).isEqualTo(captured);
    assertThat(Trees.list(base)).containsExactly("app");
  }

  @Test
  void aLinkInTheTargetsPlaceIsMovedAsideAndNotWrittenThrough() throws Exception {
    Taken taken = capture(root);
    Path elsewhere = Files.move(root, base.resolve("elsewhere"));
    Map<String, String> before = TreeSnapshot.of(elsewhere);
    Files.createSymbolicLink(root, elsewhere);

    assertThatThrownBy(() -> restore(inPlace(taken.captured())))
        .isInstanceOf(RestoreRefusedException.class);
    restoreAtFixedTime(force(inPlace(taken.captured())));

    assertThat(TreeSnapshot.of(root)).isEqualTo(before);
    assertThat(TreeSnapshot.of(elsewhere)).isEqualTo(before);
    assertThat(base.resolve("app" + ASIDE)).isSymbolicLink();
  }

  @Test
  void aLinkBelowTheChosenFolderIsRefused() throws Exception {
    Taken taken = capture(root);
    Path into = Files.createDirectory(base.resolve("into"));
    Path trap = below(into, base).getParent();
    Files.createDirectories(trap.getParent());
    Path outside = Files.createDirectory(base.resolve("outside"));
    Files.createSymbolicLink(trap, outside);

    assertThatThrownBy(() -> restore(force(into(taken.captured(), into))))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining(trap + " is a symbolic link, and would lead out of " + into);
    assertThat(Trees.list(outside)).isEmpty();
  }

  @Test
  void aRestoreThatFailsMidwayChangesNothing() throws Exception {
    file(root.resolve("z"), "x".repeat(300_000));
    Taken taken = capture(root);
    Files.writeString(root.resolve("a.conf"), "newer");
    Map<String, String> before = TreeSnapshot.of(root);
    IOException broken = new IOException("the store went away");

    assertThatThrownBy(() -> restore(force(inPlace(failing(taken.captured(), 200_000, broken)))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/z' in")
        .hasRootCause(broken);

    assertThat(TreeSnapshot.of(root)).isEqualTo(before);
    assertThat(Trees.list(base)).containsExactly("app");
  }

  @Test
  void aRestoreThatFailsMidwayLeavesNothingUnderAnotherRoot() throws Exception {
    Taken taken = capture(root);
    Path into = base.resolve("into");

    assertThatThrownBy(
            () -> restore(into(failing(taken.captured(), 1500, new IOException("gone")), into)))
        .isInstanceOf(IOException.class);

    assertThat(into).doesNotExist();
  }

  @Test
  void foldersMadeForSeveralRootsAreAllTakenBack() throws Exception {
    Path second = file(base.resolve("second/deep/x"), "captured").getParent();
    Taken taken = capture(root.resolve("sub"), second);
    Path into = base.resolve("into");
    IOException broken = new IOException("gone");

    assertThatThrownBy(() -> restore(into(failing(taken.captured(), 0, broken), into)))
        .isInstanceOf(IOException.class);

    assertThat(Trees.list(base)).containsExactly("app", "second");
  }

  @Test
  void whereOneRootCannotTakeItsPlaceNoneDoes() throws Exception {
    Path second = file(base.resolve("second/x"), "captured").getParent();
    Taken taken = capture(root, second);
    TreeRemoval.remove(root);
    Files.createDirectory(root);
    TreeRemoval.remove(second);
    RestoreTask task =
        new RestoreTask(
            taken.captured(),
            Optional.empty(),
            Map.of(),
            false,
            bytes -> assertThat(second.resolve("in use").toFile().mkdirs()).isIn(true, false));

    assertThatThrownBy(() -> restore(task))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(second + " came into being during the restore");

    assertThat(Trees.list(base)).containsExactly("app", "second");
    assertThat(Trees.list(root)).isEmpty();
    assertThat(Trees.list(second)).containsExactly("in use");
  }

  @Test
  void whatAKilledRestoreLeftIsRemovedByTheNext() throws Exception {
    Taken taken = capture(root);
    Map<String, String> captured = TreeSnapshot.of(root);
    TreeRemoval.remove(root);
    Path leftOver = base.resolve(".app.restoring");
    file(leftOver.resolve("tree/sub/half"), "half");
    Files.createFile(leftOver.resolve("lock"));
    Trees.mode(leftOver.resolve("tree/sub"), 0);

    Restored restored = restore(inPlace(taken.captured()));

    assertThat(TreeSnapshot.of(root)).isEqualTo(captured);
    assertThat(Trees.list(base)).containsExactly("app");
    assertThat(restored.findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.message()).contains("removed " + leftOver));
  }

  @Test
  void whatOnlyLooksLikeALeftOverIsNotRemoved() throws Exception {
    Taken taken = capture(root);
    TreeRemoval.remove(root);
    file(base.resolve(".app.restoring/precious"), "x");

    assertThatThrownBy(() -> restore(inPlace(taken.captured())))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining(".app.restoring is in the way");

    assertThat(Trees.list(base)).containsExactly(".app.restoring");
    assertThat(base.resolve(".app.restoring/precious")).hasContent("x");
  }

  @Test
  void twoRestoresToOneTargetDoNotMeet() throws Exception {
    Taken taken = capture(root);
    TreeRemoval.remove(root);
    Path running = Files.createDirectory(base.resolve(".app.restoring"));
    try (FileChannel lock =
        FileChannel.open(
            running.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(lock.tryLock()).isNotNull();

      assertThatThrownBy(() -> restore(inPlace(taken.captured())))
          .isInstanceOf(RestoreRefusedException.class)
          .hasMessageContaining("another restore to " + root + " is running");
    }
    assertThat(running).isDirectory();
  }

  @Test
  void aMountPointKeepsItsPlaceAndChangesItsContent() throws Exception {
    Trees.mode(root, 0710);
    Taken taken = capture(root);
    Map<String, String> captured = TreeSnapshot.of(root);
    Files.writeString(root.resolve("a.conf"), "newer");
    file(root.resolve("newer"), "newer");
    Files.createDirectory(root.resolve("lost+found"));
    Trees.mode(root, 0700);
    RestoreTask task = force(inPlace(taken.captured()));

    Object inode = Files.getAttribute(root, "unix:ino");
    Restored restored =
        Trees.publish(
            new TreeRestore("config", asMountPoint(RestorePlan.of("config", task)), task, CLOCK),
            task);

    assertThat(Files.getAttribute(root, "unix:ino")).isEqualTo(inode);
    assertThat(TreeSnapshot.of(root).get("")).isEqualTo(captured.get("")).startsWith("40710 ");
    assertThat(root.resolve(ASIDE + "/newer")).hasContent("newer");
    assertThat(root.resolve(ASIDE + "/a.conf")).hasContent("newer");
    assertThat(restored.findings().get(0).message()).endsWith("is now at " + root.resolve(ASIDE));
    TreeRemoval.remove(root.resolve(ASIDE));
    TreeRemoval.remove(root.resolve("lost+found"));
    Map<String, String> now = new HashMap<>(TreeSnapshot.of(root));
    now.remove("");
    Map<String, String> expected = new HashMap<>(captured);
    expected.remove("");
    assertThat(now).isEqualTo(expected);
  }

  @Test
  void aMountPointIsLeftAsItWasWhereTheRestoreFails() throws Exception {
    Taken taken = capture(root);
    Files.writeString(root.resolve("a.conf"), "newer");
    Map<String, String> before = TreeSnapshot.of(root);
    RestoreTask task =
        force(inPlace(failing(taken.captured(), 3000, new IOException("the store went away"))));

    assertThatThrownBy(
            () ->
                Trees.publish(
                    new TreeRestore(
                        "config", asMountPoint(RestorePlan.of("config", task)), task, CLOCK),
                    task))
        .isInstanceOf(IOException.class);

    Map<String, String> now = new HashMap<>(TreeSnapshot.of(root));
    now.remove("");
    Map<String, String> expected = new HashMap<>(before);
    expected.remove("");
    assertThat(now).isEqualTo(expected);
  }

  private static RestorePlan asMountPoint(RestorePlan plan) {
    return new RestorePlan(
        plan.roots().stream()
            .map(
                each ->
                    new RootTarget(
                        each.member(), each.target(), each.bytes(), each.occupant(), true))
            .toList(),
        plan.findings());
  }

  @Test
  void mountPointsAreKnown() throws IOException {
    assertThat(Places.isMountPoint(Path.of("/proc"))).isTrue();
    assertThat(Places.isMountPoint(root)).isFalse();
    assertThat(Places.isMountPoint(root.resolve("a.conf"))).isFalse();
    assertThat(Occupant.of(root)).isEqualTo(Occupant.CONTENT);
  }

  @Test
  void aCapturedPathCanGoSomewhereElse() throws Exception {
    Taken taken = capture(root);
    Path moved = base.resolve("moved");
    RestoreTask task =
        new RestoreTask(
            taken.captured(), Optional.empty(), Map.of(root, moved), false, bytes -> {});

    restore(task);

    assertThat(TreeSnapshot.of(moved)).isEqualTo(TreeSnapshot.of(root));
  }

  @Test
  void tooLittleSpaceIsAnObstacle() throws Exception {
    Taken taken = capture(root);
    Map<String, String> attributes = new HashMap<>(taken.state().attributes());
    attributes.put("root.1.bytes", Long.toString(Long.MAX_VALUE));
    Captured huge = taken.memory().captured(new SourceState(Instant.EPOCH, attributes));

    assertThat(preview(into(huge, base.resolve("into"))).findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.ERROR);
              assertThat(finding.message()).contains("the restore needs " + Long.MAX_VALUE);
            });
  }

  @Test
  void anInterruptionLeavesEverythingAsItWas() throws Exception {
    Taken taken = capture(root);
    Map<String, String> before = TreeSnapshot.of(root);
    RestoreTask task =
        new RestoreTask(
            taken.captured(),
            Optional.empty(),
            Map.of(),
            true,
            bytes -> Thread.currentThread().interrupt());

    assertThatThrownBy(() -> restore(task)).isInstanceOf(InterruptedException.class);

    assertThat(Thread.interrupted()).isFalse();
    assertThat(TreeSnapshot.of(root)).isEqualTo(before);
    assertThat(Trees.list(base)).containsExactly("app");
  }

  @Test
  void foldersAboveTheTargetArePrivateUnlessItIsTheOriginalPlace() throws Exception {
    Taken taken = capture(root.resolve("sub"));
    Path into = base.resolve("into");
    restore(into(taken.captured(), into));
    TreeRemoval.remove(root);
    restore(inPlace(taken.captured()));

    assertThat(TreeSnapshot.of(into).get("")).startsWith("40700 ");
    assertThat(TreeSnapshot.of(root).get("")).startsWith("40755 ");
  }
}
