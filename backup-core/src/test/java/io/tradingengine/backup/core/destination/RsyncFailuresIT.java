package io.tradingengine.backup.core.destination;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.support.CuttingProxy;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.SshServer;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What can go wrong on the way to another host and there. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RsyncFailuresIT {
  private static final ObjectKey KEY = new ObjectKey("full-20240115-020000/postgres/base-1.tar");
  private static final String PARTIAL = "full-20240115-020000/postgres/.~tmp~/base-1.tar";
  private static final int BIG = 8 << 20;

  @TempDir static Path home;
  private static SshServer server;

  @TempDir Path directory;
  private RsyncHost host;

  @BeforeAll
  static void startServer() {
    server = SshServer.start(home, "restrict");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void prepare() throws IOException {
    host = RsyncHost.in(server, directory);
    server.pin("host");
  }

  @AfterEach
  void nothingIsLeftBehindHere() {
    assertThat(host.staging()).isEmptyDirectory();
    assertThat(host.lastingClients()).isEmpty();
  }

  private static void put(Settings settings, Content content) throws IOException {
    try (Destination destination = RsyncHost.open(settings)) {
      destination.put(KEY, content);
    }
  }

  private void assertRefused(Settings settings, String... messages) {
    assertThatThrownBy(() -> put(settings, RsyncHost.random(1000)))
        .isInstanceOf(IOException.class)
        .message()
        .contains(messages)
        .contains("HINT: ");
    try (Destination destination = RsyncHost.open(settings)) {
      assertThat(destination.check())
          .filteredOn(finding -> finding.severity() == Finding.Severity.ERROR)
          .singleElement()
          .satisfies(finding -> assertThat(finding.toString()).contains(messages[0]));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aChangedHostKeyIsRefused() throws IOException {
    server.pin("other");
    assertRefused(host.settings(), "its host key is not the pinned one", "out of band");
    assertThat(host.names()).isEmpty();
  }

  @Test
  void anUnknownHostKeyIsRefused() throws IOException {
    Files.writeString(server.knownHosts(), "");
    assertRefused(host.settings(), "no host key is pinned for it", "ssh-keyscan -p");
    assertThat(server.knownHosts()).isEmptyFile();
  }

  @Test
  void aKeyThatTheHostDoesNotKnowIsRefused() {
    assertRefused(
        host.settings().with("ssh-key", server.otherKey()), "the host refused the key", "root");
  }

  @Test
  void aHostThatIsDownIsSaid() throws IOException {
    CuttingProxy closed = new CuttingProxy(1);
    closed.close();
    assertRefused(
        host.settings().with("port", closed.port()),
        "the host cannot be reached at port " + closed.port(),
        "firewall");
  }

  @Test
  void aMissingProgramHereIsNamedWithItsPackage() {
    assertRefused(
        host.settings().with("rsync-program", "/no/such/rsync"),
        "Cannot run '/no/such/rsync'",
        "apt-get install rsync");
    assertRefused(
        host.settings().with("ssh-program", "/no/such/ssh"),
        "Cannot run '/no/such/ssh'",
        "apt-get install openssh-client");
  }

  @Test
  void aMissingRsyncThereIsSaid() throws IOException {
    server.authorize("command=\"PATH=/none; rsync --server\",restrict");
    assertRefused(host.settings(), "there is no rsync over there", "apt-get install rsync there");
  }

  @Test
  void anAccountThatMayOnlyReadIsSaid() throws IOException {
    host.restrict("-no-lock -ro");
    assertRefused(host.settings("/"), "rrsync there does not allow what is needed", "-ro");
  }

  @Test
  void anAccountThatMayNotRemoveIsSaid() throws IOException {
    host.restrict("-no-lock -no-del");
    assertRefused(host.settings("/"), "rrsync there does not allow what is needed", "-no-del");
    assertThat(host.names())
        .as("but what the check may not remove")
        .allMatch(name -> name.startsWith(".probe-"));
  }

  @Test
  void whereRrsyncLetsOneRunInAtATimeTheyTakeTurns() throws Exception {
    host.restrict("");
    putAtOnce(host.settings("/"), 100_000);
  }

  @Test
  void aServerThatSharesNoConnectionServesAsWell() throws Exception {
    server.restart("MaxSessions 1");
    try {
      putAtOnce(host.settings(), 100_000);
    } finally {
      server.restart();
    }
  }

  @Test
  void bigObjectsPutIntoOneFolderAtOnceAreAllThere() throws Exception {
    putAtOnce(host.settings(), 2 << 20);
  }

  private static void putAtOnce(Settings settings, int size) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (Destination destination = RsyncHost.open(settings)) {
      List<Callable<Void>> puts = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        ObjectKey key = new ObjectKey("wal/" + i);
        puts.add(
            () -> {
              destination.put(key, RsyncHost.random(size));
              return null;
            });
      }
      for (Future<Void> put : threads.invokeAll(puts)) {
        put.get();
      }
      assertThat(destination.list("wal/")).hasSize(9);
      for (ObjectInfo object : destination.list("wal/")) {
        assertThat(destination.holds(object.key(), RsyncHost.random(size))).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aFullDiskThereIsSaidAndLeavesNoObject() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root mounts");
    Path small = Files.createDirectory(host.root().resolve("small"));
    Oracles.Result mounted =
        Oracles.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString());
    assumeTrue(mounted.exitCode() == 0, () -> "nothing can be mounted: " + mounted.stderr());
    try (Destination destination = RsyncHost.open(host.settings(small.toString()))) {
      assertThatThrownBy(() -> destination.put(KEY, RsyncHost.random(2 << 20)))
          .hasMessageContaining("the disk there is full")
          .hasMessageContaining("HINT: free some space there");
      assertThat(destination.list("")).isEmpty();
      destination.delete(KEY);
      assertThat(small).isEmptyDirectory();
      destination.put(KEY, RsyncHost.random(1000));
      assertThat(destination.list("")).extracting(ObjectInfo::length).containsExactly(1000L);
      Oracles.run("mount", "-o", "remount,ro", small.toString()).orFail();
      assertThatThrownBy(() -> destination.delete(KEY))
          .hasMessageContaining("the file system there is read-only");
    } finally {
      Oracles.run("umount", "--lazy", small.toString()).orFail();
    }
  }

  @Test
  void whatWasCutGoesOnFromThere() throws Exception {
    cutAndGoOn(host.settings());
  }

  @Test
  void whatWasCutGoesOnFromThereUnderRrsync() throws Exception {
    host.restrict("-no-lock");
    cutAndGoOn(host.settings("/"));
  }

  private void cutAndGoOn(Settings settings) throws Exception {
    Content content = RsyncHost.random(BIG);
    try (CuttingProxy proxy = new CuttingProxy(server.port())) {
      server.pin("host", proxy.port());
      Settings slow = settings.with("port", proxy.port()).with("bandwidth", 4L << 20);
      Thread cutter = new Thread(() -> cutAfter(proxy, BIG / 2));
      cutter.start();
      assertThatThrownBy(() -> put(slow, content))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the connection was lost");
      cutter.join();
      awaitFile(host.root().resolve(PARTIAL));
      long before = proxy.bytesToServer();
      assertThat(before).isBetween(BIG / 2L, BIG - 1L);
      try (Destination destination = RsyncHost.open(settings.with("port", proxy.port()))) {
        assertThat(destination.list("")).isEmpty();
        destination.put(KEY, content);
        assertThat(destination.holds(KEY, content)).isTrue();
        assertThat(destination.list("")).extracting(ObjectInfo::key).containsExactly(KEY);
      }
      assertThat(host.root().resolve(PARTIAL)).doesNotExist();
      assertThat(Files.readAllBytes(host.root().resolve(KEY.value())))
          .isEqualTo(content.open().readAllBytes());
      assertThat(proxy.bytesToServer() - before).isLessThan(BIG * 3L / 4);
    }
  }

  private static void cutAfter(CuttingProxy proxy, long bytes) {
    try {
      while (proxy.bytesToServer() < bytes) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      proxy.cutNow();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitFile(Path file) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!Files.exists(file)) {
      assertThat(System.nanoTime()).as("time for %s", file).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void aDamagedPartialFileDoesNoHarm() throws Exception {
    Content content = RsyncHost.random(BIG);
    byte[] damaged = content.open().readAllBytes();
    damaged[1 << 20] ^= 1;
    Path partial = host.root().resolve(PARTIAL);
    Files.createDirectories(partial.getParent());
    Files.write(partial, damaged);
    put(host.settings(), content);
    assertThat(Files.readAllBytes(host.root().resolve(KEY.value())))
        .isEqualTo(content.open().readAllBytes());
    assertThat(partial).doesNotExist();
  }

  @Test
  void interruptionEndsTheProgramsHereAndTheObjectIsNotThere() throws Exception {
    Settings slow = host.settings().with("bandwidth", 1L << 20);
    AtomicBoolean flag = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Destination destination = RsyncHost.open(slow)) {
      Future<?> put =
          thread.submit(
              () -> {
                try {
                  destination.put(KEY, RsyncHost.random(64 << 20));
                } finally {
                  flag.set(Thread.currentThread().isInterrupted());
                }
                return null;
              });
      awaitFile(host.root().resolve("full-20240115-020000/postgres"));
      thread.shutdownNow();
      assertThatThrownBy(() -> put.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(InterruptedIOException.class);
      assertThat(flag).isTrue();
      assertThat(host.staging()).isEmptyDirectory();
      // Left is the connection that is kept, which is no child of this process.
      assertThat(host.clients()).hasSizeLessThanOrEqualTo(1);
      assertThat(ProcessHandle.current().descendants())
          .noneMatch(
              child -> child.info().commandLine().orElse("").contains(server.key().toString()));
      assertThat(destination.list("")).isEmpty();
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void whatIsBrokenThereIsSeenWithoutReadingItHere() throws IOException {
    Content content = RsyncHost.random(1 << 20);
    put(host.settings(), content);
    Path file = host.root().resolve(KEY.value());
    byte[] bytes = Files.readAllBytes(file);
    var time = Files.getLastModifiedTime(file);
    bytes[1000] ^= 1;
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, time);
    try (Destination destination = RsyncHost.open(host.settings())) {
      assertThat(destination.holds(KEY, content)).isFalse();
      assertThatThrownBy(() -> destination.put(KEY, content))
          .isInstanceOf(FileAlreadyExistsException.class);
      destination.delete(KEY);
      destination.put(KEY, content);
      assertThat(destination.holds(KEY, content)).isTrue();
    }
  }

  @Test
  void aMissingFolderThereIsMadeWithTheFoldersAbove() throws IOException {
    String deep = host.root() + "/a/b";
    try (Destination destination = RsyncHost.open(host.settings(deep))) {
      assertThat(destination.list("")).isEmpty();
      assertThat(destination.folders("")).isEmpty();
      assertThat(destination.holds(KEY, RsyncHost.random(1))).isFalse();
      destination.delete(KEY);
      assertThat(host.names()).isEmpty();
      destination.put(KEY, Content.of("x".getBytes(UTF_8)));
      try (InputStream in = destination.open(KEY, ByteRange.ALL)) {
        assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("x");
      }
    }
    assertThat(Path.of(deep, KEY.value())).hasContent("x");
    assertThat(LocalDestinationTest.modes(Path.of(deep, "full-20240115-020000")))
        .containsOnly("rwx------ folder", "rw------- file");
  }
}
