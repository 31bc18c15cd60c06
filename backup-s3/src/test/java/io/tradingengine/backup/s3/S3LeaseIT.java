package io.tradingengine.backup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.spi.Lease;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The lease among threads, processes, and those that died or slept. */
class S3LeaseIT {
  private static final int PROCESSES = 3;
  private static final int ROUNDS = 200;
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final String LEASE = StrictDestinations.PREFIX + LeaseObject.NAME;

  private final List<AutoCloseable> open = new ArrayList<>();
  private StrictStore store;

  @BeforeEach
  void startStore() throws IOException {
    store = new StrictStore();
  }

  @AfterEach
  void stopAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    store.close();
  }

  @Test
  void ofThreadsInThreeProcessesExactlyOneGetsItEachTime() throws Exception {
    List<Contender> contenders = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      contenders.add(contender(LONG));
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (Contender each : contenders) {
        each.tell("race");
      }
      int winners = 0;
      for (Contender each : contenders) {
        winners += Integer.parseInt(each.answer());
      }
      assertThat(winners).as("winners of round %d", round).isEqualTo(1);
      for (Contender each : contenders) {
        assertThat(each.ask("free")).isEqualTo("free");
      }
    }
  }

  @Test
  void theLeaseOfAProcessThatWasKilledRunsOut() throws Exception {
    Contender owner = contender(SHORT);
    assertThat(owner.ask("take")).isEqualTo("taken");
    S3Destination other = destination(SHORT);
    owner.close();
    assertThatThrownBy(() -> other.lock("too early"))
        .isInstanceOf(RepositoryLockedException.class)
        .hasMessageContaining("a contender (process " + owner.pid());
    try (Lease lease = takenInTime(other)) {
      lease.confirm();
    }
  }

  @Test
  void aProcessThatSleptPastItsLeaseHasLostIt() throws Exception {
    Contender owner = contender(SHORT);
    assertThat(owner.ask("take")).isEqualTo("taken");
    assertThat(owner.ask("confirm")).isEqualTo("held");
    signal(owner, "STOP");
    S3Destination other = destination(SHORT);
    try (Lease lease = takenInTime(other)) {
      signal(owner, "CONT");
      assertThat(owner.ask("confirm")).isEqualTo("lost");
      assertThat(owner.ask("free")).isEqualTo("free");
      lease.confirm();
    }
  }

  @Test
  void aProcessThatSleptHasLostItEvenIfNobodyTookIt() throws Exception {
    Contender owner = contender(SHORT);
    assertThat(owner.ask("take")).isEqualTo("taken");
    signal(owner, "STOP");
    Thread.sleep(SHORT.toMillis() + 500);
    signal(owner, "CONT");
    assertThat(owner.ask("confirm")).isEqualTo("lost");
  }

  @Test
  void aLeaseThatIsRenewedOutlastsItsTime() throws Exception {
    Duration ttl = SHORT.multipliedBy(2);
    S3Destination destination = destination(ttl);
    S3Destination other = destination(ttl);
    try (Lease lease = destination.lock("a long run")) {
      for (int i = 0; i < 8; i++) {
        Thread.sleep(ttl.toMillis() / 4); // in all, longer than it lasts and the margin
        assertThatThrownBy(() -> other.lock("another"))
            .isInstanceOf(RepositoryLockedException.class);
      }
      lease.confirm();
      assertThat(lease.strength()).isEqualTo(Lease.Strength.EXPIRING);
    }
    other.lock("another").close();
  }

  @Test
  void aLeaseThatCannotBeRenewedIsLost() throws Exception {
    S3Destination destination = destination(SHORT);
    Lease lease = destination.lock("owner");
    store.fault(
        exchange -> {
          StrictStore.send(exchange, StrictAnswer.error(500, "InternalError", "away"));
          return true;
        });
    Thread.sleep(SHORT.toMillis() + 500);
    assertThatThrownBy(lease::confirm)
        .isInstanceOf(LeaseLostException.class)
        .hasMessageContaining("away");
    store.fault(exchange -> false);
    lease.close();
    destination.lock("the next").close();
  }

  @Test
  void aRenewalWhoseAnswerIsLostIsNoLoss() throws Exception {
    S3Destination destination = destination(LONG);
    AtomicInteger lost = new AtomicInteger(2); // the SDK asks twice
    try (Lease lease = destination.lock("owner")) {
      store.afterwards(
          exchange -> exchange.getRequestMethod().equals("PUT") && lost.getAndDecrement() > 0);
      boolean failed = false;
      try {
        lease.confirm();
      } catch (IOException e) {
        failed = true;
      }
      lease.confirm();
      assertThat(failed).isTrue();
    }
    destination.lock("the next").close();
  }

  @Test
  void closingALeaseThatAnotherHasTakenLeavesThatOne() throws Exception {
    S3Destination destination = destination(LONG);
    Lease lease = destination.lock("owner");
    LeaseText others =
        new LeaseText("another", "00000000-0000-0000-0000-000000000000", 1, LONG, true);
    store.putVersion(LEASE, others.bytes(), false);
    assertThatThrownBy(lease::confirm)
        .isInstanceOf(LeaseLostException.class)
        .hasMessageContaining("another");
    lease.close();
    assertThat(store.objects().get(LEASE).bytes()).isEqualTo(others.bytes());
    assertThatThrownBy(() -> destination.lock("owner again"))
        .isInstanceOf(RepositoryLockedException.class)
        .hasMessageContaining("another");
  }

  @Test
  void withoutTheStoresTimeALeaseIsWatched() throws Exception {
    store.hideTimes();
    Contender owner = contender(SHORT);
    S3Destination other = destination(SHORT);
    assertThat(owner.ask("take")).isEqualTo("taken");
    assertThatThrownBy(() -> other.lock("another")).isInstanceOf(RepositoryLockedException.class);
    owner.close();
    other.lock("another").close();
  }

  @Test
  void withoutConditionsALeaseIsAdvisoryAndACheckSaysSo() throws Exception {
    store.ignoreConditions();
    S3Destination destination = destination(LONG);
    AtomicBoolean locked = new AtomicBoolean();
    try (Lease lease = destination.lock("owner")) {
      assertThat(lease.strength()).isEqualTo(Lease.Strength.ADVISORY);
      lease.confirm();
      try {
        destination(LONG).lock("another");
      } catch (RepositoryLockedException e) {
        locked.set(true);
      }
    }
    assertThat(locked).isTrue();
    assertThat(destination.check())
        .anyMatch(finding -> finding.message().contains("does not honour conditional puts"));
  }

  private Lease takenInTime(S3Destination destination) throws Exception {
    long start = System.nanoTime();
    while (true) {
      try {
        return destination.lock("the next");
      } catch (RepositoryLockedException e) {
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG);
        Thread.sleep(100);
      }
    }
  }

  private static void signal(Contender contender, String signal) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + signal, String.valueOf(contender.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  private Contender contender(Duration ttl) throws IOException {
    Contender contender = Contender.start(store.endpoint(), ttl);
    open.add(contender);
    return contender;
  }

  private S3Destination destination(Duration ttl) {
    S3Destination destination = StrictDestinations.open(store.endpoint(), s3 -> s3, ttl);
    open.add(destination);
    return destination;
  }
}
