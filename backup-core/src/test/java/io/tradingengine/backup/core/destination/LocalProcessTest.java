package io.tradingengine.backup.core.destination;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.Settings;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A local repository among processes. */
@Timeout(120)
class LocalProcessTest {
  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void resolve() throws IOException {
    root = directory.toRealPath().resolve("repository");
  }

  private static Destination open(Path root) {
    return new LocalDestinationProvider().open(Settings.of("local").with("path", root));
  }

  @Test
  void aKilledProcessLeavesWholeObjectsAndAFreeLock() throws Exception {
    try (Destination destination = open(root)) {
      List<String> finished = new ArrayList<>();
      for (int round = 0; round < 3; round++) {
        finished.addAll(putUntilKilled(20 + 15 * round));
        for (ObjectInfo info : destination.list("")) {
          String key = info.key().value();
          try (InputStream in = destination.open(info.key(), ByteRange.ALL)) {
            assertThat(in.readAllBytes()).as(key).isEqualTo(LocalProcess.contentOf(key));
          }
        }
        assertThat(destination.list(""))
            .extracting(info -> info.key().value())
            .containsAll(finished);
        assertThat(root.resolve(LeaseFile.NAME)).exists();
        long begin = System.nanoTime();
        try (Closeable lock = destination.lock("the next run")) {
          assertThat(lock).isNotNull();
          destination.sweep();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
            .as("does not wait for the dead one's lease to run out")
            .isLessThan(Duration.ofSeconds(30));
        assertThat(root.resolve(".tmp")).isEmptyDirectory();
      }
    }
  }

  /** The keys whose puts a process reported as done before it was killed. */
  private List<String> putUntilKilled(int lines) throws Exception {
    Process process = LocalProcess.start(List.of(), "put-for-ever", root.toString());
    List<String> keys = new ArrayList<>();
    try (BufferedReader out = process.inputReader(UTF_8)) {
      assertThat(out.readLine()).startsWith("locked");
      for (int i = 0; i < lines; i++) {
        keys.add(out.readLine());
      }
      try (Destination destination = open(root)) {
        assertThatThrownBy(() -> destination.lock("too early"))
            .isInstanceOf(RepositoryLockedException.class)
            .hasMessageContaining("in use by writer (process " + process.pid());
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(keys).doesNotContainNull().noneMatch(key -> key.startsWith("failed"));
    return keys;
  }

  @Test
  void theLockHoldsAmongProcessesEvenAfterOthersTriedHere() throws Exception {
    try (Destination destination = open(root);
        Destination another = open(root)) {
      Closeable lock = destination.lock("this process");
      // Whoever closes any descriptor of the lock file here would drop the lock without a word.
      assertThatThrownBy(() -> another.lock("x")).isInstanceOf(RepositoryLockedException.class);
      assertThatThrownBy(() -> destination.lock("x")).isInstanceOf(RepositoryLockedException.class);
      another.list("");
      assertThat(tryLockElsewhere()).startsWith("refused").contains("in use by this process");
      lock.close();
      assertThat(tryLockElsewhere()).startsWith("locked");
    }
  }

  private String tryLockElsewhere() throws Exception {
    Process process = LocalProcess.start(List.of(), "lock", root.toString());
    try (BufferedReader out = process.inputReader(UTF_8)) {
      String line = out.readLine();
      process.outputWriter(UTF_8).close();
      assertThat(process.waitFor()).isZero();
      return line;
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void threadsOfTwoProcessesTakeTurns() throws Exception {
    int times = 40;
    Path counter = Files.writeString(directory.resolve("counter"), "0");
    String[] arguments = {"count", root.toString(), counter.toString(), "" + times};
    Process process = LocalProcess.start(List.of(), arguments);
    try (BufferedReader out = process.inputReader(UTF_8)) {
      LocalProcess.count(root, counter, times);
      assertThat(out.readLine()).isEqualTo("done");
    } finally {
      process.destroyForcibly();
    }
    assertThat(counter).hasContent("" + 4 * times);
  }

  @ParameterizedTest
  @ValueSource(strings = {"000", "022", "077", "277"})
  void noUmaskOpensOrClosesAnything(String umask) throws Exception {
    List<String> shell = List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh");
    assertThat(answer(LocalProcess.start(shell, "put", root.toString(), "full/a/x")))
        .isEqualTo("done");
    assertThat(LocalDestinationTest.modes(root))
        .containsOnly("rwx------ folder", "rw------- file")
        .hasSize(6);
  }

  @Test
  void aMissingPermissionIsNamed() throws Exception {
    List<String> user = userWithoutPrivileges();
    Files.createDirectory(root);
    chmod("r-x------");
    assertThat(answer(LocalProcess.start(user, "put", root.toString(), "x")))
        .contains("Cannot lock local:" + root)
        .contains("permission denied on " + root.resolve(".lock"));
    assertThat(answer(LocalProcess.start(user, "put", root.resolve("new").toString(), "x")))
        .contains("Cannot keep backups in " + root.resolve("new"))
        .contains("may not write to " + root);
    chmod("-wx------");
    assertThat(answer(LocalProcess.start(user, "put", root.toString(), "x")))
        .contains("Cannot keep backups in " + root + ": permission denied");
    chmod("rwx------");
    assertThat(answer(LocalProcess.start(user, "put", root.toString(), "x"))).isEqualTo("done");
  }

  private void chmod(String mode) throws IOException {
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString(mode));
  }

  /** Root may do everything; in a user namespace of its own it is just the files' owner. */
  private static List<String> userWithoutPrivileges() throws Exception {
    if (!"root".equals(System.getProperty("user.name"))) {
      return List.of();
    }
    if (new ProcessBuilder("unshare", "-U", "true").start().waitFor() != 0) {
      abort("this kernel gives root no user namespace");
    }
    return List.of("unshare", "-U");
  }

  private static String answer(Process process) throws Exception {
    try (BufferedReader out = process.inputReader(UTF_8)) {
      String line = out.readLine();
      assertThat(process.waitFor()).isZero();
      return line;
    } finally {
      process.destroyForcibly();
    }
  }
}
