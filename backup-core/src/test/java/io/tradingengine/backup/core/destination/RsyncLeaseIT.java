package io.tradingengine.backup.core.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.core.support.SshServer;
import io.tradingengine.backup.spi.Lease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Leases taken by different JVMs, as far as they can tell: each under a name of its own, past the
 * system property that keeps the threads of one JVM apart.
 */
class RsyncLeaseIT {
  private static final RsyncLeaseTimes LONG =
      new RsyncLeaseTimes(Duration.ofMinutes(2), Duration.ofSeconds(40), Duration.ofMillis(200));

  @TempDir static Path home;
  private static SshServer server;

  @TempDir Path directory;
  private RsyncHost host;
  private RsyncClient client;

  @BeforeAll
  static void startServer() {
    server = SshServer.start(home, "restrict");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void connect() throws IOException {
    host = RsyncHost.in(server, directory);
    client = new RsyncClient(RsyncSettings.of(host.settings()));
  }

  @AfterEach
  void disconnect() throws IOException {
    client.close();
    assertThat(host.names()).isEmpty();
  }

  private Lease take(String jvm, RsyncLeaseTimes times) throws IOException {
    RsyncLeaseStore store = new RsyncLeaseStore(client, RsyncSettings.of(host.settings()));
    return RsyncLease.take(store, times, host.root() + " as seen by " + jvm, jvm);
  }

  private Path onlyFile() throws IOException {
    assertThat(host.names()).hasSize(1);
    return host.root().resolve(host.names().get(0));
  }

  private static void age(Path file, Duration age) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
  }

  @Test
  void anotherJvmIsToldWhoHasIt() throws IOException {
    try (Lease lease = take("first", LONG)) {
      assertThatThrownBy(() -> take("second", LONG))
          .isInstanceOf(RepositoryLockedException.class)
          .hasMessageContaining("is in use by first")
          .hasMessageContaining("120 s after");
      lease.confirm();
      assertThat(lease.strength()).isEqualTo(Lease.Strength.ADVISORY);
    }
    take("second", LONG).close();
  }

  @Test
  void ofManyJvmsAtMostOneHasIt() throws Exception {
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger wins = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String jvm = "jvm-" + i;
        tasks.add(
            () -> {
              for (int round = 0; round < 3; round++) {
                race(jvm, holders, wins);
              }
              return null;
            });
      }
      for (Future<Void> task : threads.invokeAll(tasks)) {
        task.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(wins).hasPositiveValue();
  }

  private void race(String jvm, AtomicInteger holders, AtomicInteger wins) throws Exception {
    try (Lease lease = take(jvm, LONG)) {
      assertThat(holders.incrementAndGet()).isEqualTo(1);
      wins.incrementAndGet();
      lease.confirm();
      TimeUnit.MILLISECONDS.sleep(50);
      assertThat(holders.getAndDecrement()).isEqualTo(1);
    } catch (RepositoryLockedException e) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void theLeaseOfAKilledRunRunsOut() throws IOException {
    Path dead = host.root().resolve(".lease-00000000-0000-0000-0000-000000000000");
    Files.writeString(dead, "state: held\nmilliseconds: 120000\nrenewals: 7\nowner: killed\n");
    age(dead, Duration.ofMinutes(1));
    assertThatThrownBy(() -> take("next", LONG))
        .isInstanceOf(RepositoryLockedException.class)
        .hasMessageContaining("killed");
    age(dead, Duration.ofMinutes(3));
    try (Lease lease = take("next", LONG)) {
      lease.confirm();
      assertThat(dead).doesNotExist();
    }
  }

  @Test
  void whoPausedForTooLongHasLostItAndDoesNotTakeItBack() throws Exception {
    RsyncLeaseTimes renewedOften =
        new RsyncLeaseTimes(Duration.ofMinutes(2), Duration.ofMillis(300), Duration.ofMillis(200));
    Lease paused = take("paused", LONG);
    try {
      age(onlyFile(), Duration.ofMinutes(3));
      try (Lease next = take("next", renewedOften)) {
        assertThatThrownBy(paused::confirm)
            .isInstanceOf(LeaseLostException.class)
            .hasMessageContaining("removed it");
        assertThatThrownBy(paused::confirm).isInstanceOf(LeaseLostException.class);
        paused.close();
        next.confirm();
        assertThat(host.names()).hasSize(1);
      }
    } finally {
      paused.close();
    }
  }

  @Test
  void aRenewalMakesNoLostLeaseAnew() throws Exception {
    RsyncLeaseTimes renewedOften =
        new RsyncLeaseTimes(Duration.ofMinutes(2), Duration.ofMillis(100), Duration.ofMillis(200));
    try (Lease lease = take("robbed", renewedOften)) {
      Files.delete(onlyFile());
      TimeUnit.SECONDS.sleep(1);
      assertThat(host.names()).isEmpty();
      assertThatThrownBy(lease::confirm).isInstanceOf(LeaseLostException.class);
    }
  }

  @Test
  void aLeaseIsRenewedForAsLongAsItIsHeld() throws Exception {
    RsyncLeaseTimes renewedOften =
        new RsyncLeaseTimes(Duration.ofMinutes(1), Duration.ofMillis(200), Duration.ofMillis(200));
    try (Lease lease = take("holder", renewedOften)) {
      Path file = onlyFile();
      age(file, Duration.ofMinutes(5));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (Files.getLastModifiedTime(file).toInstant().isBefore(Instant.now().minusSeconds(60))) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        TimeUnit.MILLISECONDS.sleep(50);
      }
      lease.confirm();
    }
  }

  @Test
  void whatCannotBeRenewedIsLostWhenItHasRunOut() throws Exception {
    RsyncLeaseTimes brief =
        new RsyncLeaseTimes(Duration.ofSeconds(1), Duration.ofHours(1), Duration.ofMillis(200));
    try (Lease lease = take("cut off", brief)) {
      TimeUnit.MILLISECONDS.sleep(1100);
      assertThatThrownBy(lease::confirm)
          .isInstanceOf(LeaseLostException.class)
          .hasMessageContaining("could not be renewed for 1 s");
    }
  }
}
