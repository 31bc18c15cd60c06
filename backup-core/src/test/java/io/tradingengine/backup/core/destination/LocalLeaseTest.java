package io.tradingengine.backup.core.destination;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A local repository among hosts that do not see each other's locks. */
@Timeout(120)
class LocalLeaseTest {
  private static final Duration TTL = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Host OTHER = new Host("other-host", "another boot", "pid:[1]");

  @TempDir Path directory;
  private Path root;
  private Path lease;

  @BeforeEach
  void makeRepository() throws IOException {
    root = directory.toRealPath().resolve("repository");
    lease = root.resolve(LeaseFile.NAME);
    try (Destination destination = here(TTL)) {
      destination.put(new ObjectKey("full/x"), Content.of(new byte[] {1}));
    }
  }

  private Destination here(Duration ttl) {
    return new LocalDestination(root, Placement.LINK, new LeaseFile.Terms(Host.current(), ttl));
  }

  /** Takes the lease as a host does whose locks nobody sees. */
  private LeaseFile takeElsewhere(Duration ttl) throws IOException {
    return LeaseFile.take(
        root, "local:" + root, "the other host's run", new LeaseFile.Terms(OTHER, ttl));
  }

  private String leaseText() throws IOException {
    return Files.readString(lease);
  }

  @Test
  void aLeaseThatAnotherHostRenewsIsRespected() throws IOException {
    try (LeaseFile elsewhere = takeElsewhere(TTL);
        Destination destination = here(LONG)) {
      assertThatThrownBy(() -> destination.lock("here"))
          .isInstanceOf(RepositoryLockedException.class)
          .hasMessageContaining("local:" + root + " is in use by the other host's run")
          .hasMessageContaining("unchanged for 600 s");
      elsewhere.confirm();
    }
    assertThat(lease).doesNotExist();
  }

  @Test
  void aLeaseThatAnotherHostRenewsNoMoreIsTakenOver() throws IOException {
    LeaseFile elsewhere = takeElsewhere(LONG);
    long begin = System.nanoTime();
    try (Destination destination = here(TTL);
        Lease lock = destination.lock("here")) {
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(TTL);
      lock.confirm();
      assertThatThrownBy(elsewhere::confirm)
          .isInstanceOf(LeaseLostException.class)
          .hasMessageContaining("was taken over by here (process ");
      elsewhere.close();
      lock.confirm();
      assertThat(leaseText()).contains("holder=here (process ");
    }
    assertThat(lease).doesNotExist();
    assertThat(root.resolve(".tmp")).isEmptyDirectory();
  }

  @Test
  void aLeaseThatEndsWhileItIsWatchedIsTakenAtOnce() throws Exception {
    LeaseFile elsewhere = takeElsewhere(LONG);
    Thread releasing =
        new Thread(
            () -> {
              try {
                Thread.sleep(300);
                elsewhere.close();
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    releasing.start();
    try (Destination destination = here(LONG);
        Lease lock = destination.lock("here")) {
      lock.confirm();
    }
    releasing.join();
  }

  @Test
  void aHeldLeaseIsRenewed() throws Exception {
    try (Destination destination = here(Duration.ofMillis(300));
        Lease lock = destination.lock("here")) {
      while (LeaseText.parse(Files.readAllBytes(lease)).renewed() < 4) {
        Thread.sleep(20);
      }
      lock.confirm();
    }
  }

  @Test
  void aPausedProcessThatComesBackLateKnowsThatItLostTheLease() throws Exception {
    Process process =
        LocalProcess.start(List.of(), "hold", root.toString(), Long.toString(TTL.toMillis()));
    try (BufferedReader out = process.inputReader(UTF_8);
        Writer in = process.outputWriter(UTF_8)) {
      assertThat(out.readLine()).isEqualTo("locked");
      assertThat(ask(in, out)).isEqualTo("confirmed");
      signal("STOP", process);
      try (LeaseFile elsewhere = takeElsewhere(TTL)) {
        signal("CONT", process);
        assertThat(ask(in, out)).startsWith("lost").contains("taken over by the other host's run");
        Thread.sleep(TTL.toMillis());
        elsewhere.confirm();
        assertThat(leaseText()).contains("the other host's run");
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static String ask(Writer in, BufferedReader out) throws IOException {
    in.write("?\n");
    in.flush();
    return out.readLine();
  }

  private static void signal(String name, Process process) throws Exception {
    String number = Long.toString(process.pid());
    assertThat(new ProcessBuilder("kill", "-" + name, number).start().waitFor()).isZero();
  }

  @Test
  void whoIsPausedForLessKeepsTheLease() throws Exception {
    Process process = LocalProcess.start(List.of(), "hold", root.toString(), "600000");
    try (BufferedReader out = process.inputReader(UTF_8);
        Writer in = process.outputWriter(UTF_8)) {
      assertThat(out.readLine()).isEqualTo("locked");
      signal("STOP", process);
      Thread.sleep(200);
      signal("CONT", process);
      assertThat(ask(in, out)).isEqualTo("confirmed");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void aKilledProcessOfThisHostLeavesALeaseThatNobodyWaitsFor() throws Exception {
    Process process = LocalProcess.start(List.of(), "hold", root.toString(), "600000");
    try (BufferedReader out = process.inputReader(UTF_8)) {
      assertThat(out.readLine()).isEqualTo("locked");
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(leaseText()).contains("process=" + process.pid());
    try (Destination destination = here(LONG);
        Lease lock = destination.lock("next")) {
      lock.confirm();
    }
  }

  @Test
  void aNumberThatAnotherProcessHasNowIsNotTheDeadOne() {
    Host.ProcessId own = Host.ProcessId.current();
    assertThat(own.hasEnded()).isFalse();
    assertThat(new Host.ProcessId(own.number(), own.started() + "0").hasEnded()).isTrue();
    assertThat(new Host.ProcessId(own.number(), "").hasEnded()).isFalse();
    Host here = Host.current();
    assertThat(here.sees(Host.current())).isTrue();
    assertThat(here.sees(new Host(here.name(), here.boot(), "pid:[1]"))).isFalse();
    assertThat(here.sees(new Host(here.name(), "another", here.processes()))).isFalse();
  }

  @Test
  void whatThisProcessLeftBehindIsItsOwn() throws IOException {
    LeaseFile.take(root, "local", "left", new LeaseFile.Terms(Host.current(), LONG));
    try (Destination destination = here(LONG);
        Lease lock = destination.lock("next")) {
      lock.confirm();
    }
  }

  @Test
  void aLeaseThatCannotBeReadIsWatchedToo() throws IOException {
    for (String text : new String[] {"", "garbage", "id=x\nprocess=nine\nstarted=\nrenewed=\n"}) {
      Files.writeString(lease, text);
      try (Destination destination = here(Duration.ofMillis(300));
          Lease lock = destination.lock("next")) {
        lock.confirm();
      }
    }
  }

  @Test
  void aLockFileThatIsRemovedIsALostLock() throws IOException {
    try (Destination destination = here(TTL)) {
      Lease lock = destination.lock("here");
      Files.move(root.resolve(".lock"), directory.resolve("away"));
      assertThatThrownBy(lock::confirm)
          .isInstanceOf(LeaseLostException.class)
          .hasMessageContaining(".lock is not the one that was locked");
      Files.createFile(root.resolve(".lock"));
      assertThatThrownBy(lock::confirm).isInstanceOf(LeaseLostException.class);
      lock.close();
    }
  }

  @Test
  void aLeaseFileThatIsRemovedIsALostLock() throws IOException {
    try (Destination destination = here(TTL);
        Lease lock = destination.lock("here")) {
      Files.delete(lease);
      assertThatThrownBy(lock::confirm)
          .isInstanceOf(LeaseLostException.class)
          .hasMessageContaining("has vanished");
    }
  }

  @Test
  void aRepositoryThatVanishesIsALostLock() throws IOException {
    try (Destination destination = here(TTL)) {
      Lease lock = destination.lock("here");
      Files.move(root, directory.resolve("unmounted"));
      assertThatThrownBy(lock::confirm)
          .isInstanceOf(LeaseLostException.class)
          .hasMessageContaining("is its disk still mounted");
      lock.close();
      lock.close();
      assertThat(root).doesNotExist();
    }
  }

  @Test
  void whoIsInterruptedWhileWatchingHearsOfItAtOnce() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    try (LeaseFile elsewhere = takeElsewhere(LONG)) {
      Thread thread =
          new Thread(
              () -> {
                thrown.set(catchThrowable(() -> here(LONG).lock("here")));
                if (!Thread.currentThread().isInterrupted()) {
                  thrown.set(new AssertionError("the flag is gone"));
                }
              });
      thread.start();
      Thread.sleep(300);
      thread.interrupt();
      thread.join(Duration.ofSeconds(60).toMillis());
      assertThat(thrown.get()).hasRootCauseInstanceOf(InterruptedException.class);
      assertThat(thrown.get().getCause()).isInstanceOf(InterruptedIOException.class);
      elsewhere.confirm();
    }
    here(LONG).lock("next").close();
  }

  @Test
  void anInterruptedHolderGivesTheLeaseBack() throws IOException {
    Lease lock = here(LONG).lock("here");
    Thread.currentThread().interrupt();
    lock.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(lease).doesNotExist();
    here(LONG).lock("next").close();
  }

  @Test
  void anOwnersNameCannotForgeALease() throws IOException {
    try (Destination destination = here(TTL);
        Lease lock = destination.lock("evil\nid=1\nboot=2\n" + "x".repeat(10_000))) {
      lock.confirm();
      LeaseText text = LeaseText.parse(Files.readAllBytes(lease));
      assertThat(text.host()).isEqualTo(Host.current());
      assertThat(text.holder()).startsWith("evil?id=1?boot=2?").hasSize(500);
    }
  }
}
