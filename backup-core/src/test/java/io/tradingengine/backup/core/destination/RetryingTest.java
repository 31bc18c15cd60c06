package io.tradingengine.backup.core.destination;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.ObjectProtectedException;
import io.tradingengine.backup.spi.contract.DestinationContract;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class RetryingTest extends DestinationContract {
  private static final ObjectKey KEY = new ObjectKey("full-20240115-020000/postgres/base-1.tar");
  private static final int ATTEMPTS = 4;

  @TempDir Path directory;
  private FlakyDestination flaky;
  private Destination retrying;

  @BeforeEach
  void decorate() throws IOException {
    flaky = new FlakyDestination(local());
    retrying = Retrying.around(flaky, quick());
  }

  @Override
  protected Destination open() throws IOException {
    return Retrying.around(local(), quick());
  }

  private Destination local() throws IOException {
    return new LocalDestination(directory.toRealPath().resolve("repository"), Placement.LINK);
  }

  private static Retries quick() {
    return new Retries(ATTEMPTS, Duration.ofMillis(1), Duration.ofMillis(3));
  }

  private static IOException[] failures(int count) {
    return Stream.generate(() -> new IOException("503 slow down"))
        .limit(count)
        .toArray(IOException[]::new);
  }

  @FunctionalInterface
  interface Operation {
    Object on(Destination destination) throws IOException;
  }

  static Stream<Operation> operations() {
    return Stream.of(
        destination -> {
          destination.put(KEY, text("x"));
          return destination;
        },
        destination -> destination.open(new ObjectKey("there"), ByteRange.ALL).readAllBytes(),
        destination -> destination.list(""),
        destination -> destination.folders(""),
        destination -> destination.holds(new ObjectKey("there"), text("y")),
        destination -> {
          destination.delete(new ObjectKey("there"));
          return destination;
        },
        destination -> {
          try (Lease lease = destination.lock("owner")) {
            return lease.strength();
          }
        },
        Destination::sweep,
        Destination::usableSpace);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void whatFailsSometimesSucceedsInTheEnd(Operation operation) throws IOException {
    destination().put(new ObjectKey("there"), text("y"));
    flaky.failing(failures(ATTEMPTS - 1));
    assertThat(operation.on(retrying)).isNotNull();
    assertThat(flaky.calls()).hasSize(ATTEMPTS).containsOnly(flaky.calls().get(0));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void whatFailsTooOftenFails(Operation operation) throws IOException {
    destination().put(new ObjectKey("there"), text("y"));
    IOException[] failures = failures(ATTEMPTS);
    flaky.failing(failures);
    assertThatThrownBy(() -> operation.on(retrying))
        .isInstanceOf(IOException.class)
        .hasMessage("503 slow down (tried 4 times)")
        .hasCause(failures[ATTEMPTS - 1])
        .hasSuppressedException(failures[0])
        .hasSuppressedException(failures[ATTEMPTS - 2]);
    assertThat(flaky.calls()).hasSize(ATTEMPTS);
  }

  static Stream<Exception> answers() {
    return Stream.of(
        new FileAlreadyExistsException("x"),
        new NoSuchFileException("x"),
        new AccessDeniedException("x"),
        new IOException("cannot put", new AccessDeniedException("x")),
        new ObjectProtectedException(KEY, null, new IOException("403")),
        new RepositoryLockedException("in use", null),
        new IntegrityException("x", "is damaged", null),
        new IOException("cannot read", new IntegrityException("x", "is damaged", null)),
        new BackupException("no"),
        new ClosedByInterruptException(),
        new IOException("aborted", new InterruptedException()),
        new IllegalStateException("a bug"));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void anAnswerIsPassedOnAsItIs(Exception answer) {
    IOException before = new IOException("500");
    flaky.failing(before, answer);
    assertThatThrownBy(() -> retrying.put(KEY, text("x")))
        .isSameAs(answer)
        .hasSuppressedException(before);
    assertThat(flaky.calls()).hasSize(2);
  }

  @Test
  void aTimeOutIsNoInterruption() throws IOException {
    flaky.failing(new SocketTimeoutException("read timed out"));
    retrying.put(KEY, text("x"));
    assertThat(flaky.calls()).hasSize(2);
  }

  @Test
  void aPutWhoseAnswerIsLostIsASuccess() throws IOException {
    flaky.losingAnswers().failing(failures(2));
    retrying.put(KEY, text("x"));
    assertThat(read(KEY, ByteRange.ALL)).asString(UTF_8).isEqualTo("x");
    assertThat(flaky.calls()).containsExactly("put", "put", "put");
  }

  @Test
  void onlySomeOfManyFailuresAreKept() {
    IOException[] failures = failures(50);
    flaky.failing(failures);
    Destination patient =
        Retrying.around(flaky, new Retries(50, Duration.ofNanos(1), Duration.ofNanos(2)));
    Throwable thrown = catchThrowable(() -> patient.list(""));
    assertThat(thrown).hasMessageContaining("(tried 50 times)");
    assertThat(thrown.getSuppressed())
        .containsExactly(failures[0], failures[46], failures[47], failures[48]);
  }

  @Test
  void aBrokenStreamGoesOnWhereItBroke() throws IOException {
    byte[] bytes = random(1 << 20);
    destination().put(KEY, Content.of(bytes));
    flaky.breakingAfter(300_000, 0, 0, 1, 500_000);
    try (InputStream in = retrying.open(KEY, ByteRange.ALL)) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
    assertThat(flaky.calls())
        .extracting(call -> call.substring(0, call.indexOf('+')))
        .containsExactly(
            "open 0", "open 300000", "open 300000", "open 300000", "open 300001", "open 800001");
  }

  @Test
  void aBrokenRangeReadsItsBytesAndNoOthers() throws IOException {
    byte[] bytes = random(100_000);
    destination().put(KEY, Content.of(bytes));
    flaky.breakingAfter(10, 1_000, 48_990);
    try (InputStream in = retrying.open(KEY, new ByteRange(7, 50_000))) {
      assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 7, 50_007));
    }
    assertThat(flaky.calls())
        .containsExactly("open 7+50000", "open 17+49990", "open 1017+48990", "open 50007+0");
  }

  @Test
  void aStreamThatBreaksOftenButGetsOnIsRead() throws IOException {
    byte[] bytes = random(40);
    destination().put(KEY, Content.of(bytes));
    flaky.breakingAfter(Collections.nCopies(40, 1).toArray(Integer[]::new));
    try (InputStream in = retrying.open(KEY, ByteRange.ALL)) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void aStreamThatDoesNotGetOnFails() throws IOException {
    destination().put(KEY, Content.of(random(100)));
    flaky.breakingAfter(10, 0, 0, 0, 0);
    try (InputStream in = retrying.open(KEY, ByteRange.ALL)) {
      assertThat(in.readNBytes(10)).hasSize(10);
      assertThatThrownBy(in::read).hasMessage("connection reset (tried 4 times)");
    }
    assertThat(flaky.calls()).hasSize(ATTEMPTS);
  }

  @Test
  void anObjectThatVanishesWhileItIsReadIsMissing() throws IOException {
    destination().put(KEY, Content.of(random(100)));
    flaky.breakingAfter(10);
    try (InputStream in = retrying.open(KEY, ByteRange.ALL)) {
      assertThat(in.readNBytes(10)).hasSize(10);
      destination().delete(KEY);
      assertThatThrownBy(in::read).isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void aClosedStreamIsNotOpenedAgain() throws IOException {
    destination().put(KEY, text("x"));
    InputStream in = retrying.open(KEY, ByteRange.ALL);
    in.close();
    in.close();
    assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    assertThat(flaky.calls()).hasSize(1);
  }

  @Test
  void aLeaseIsAskedForAgainAndItsLossIsNot() throws IOException {
    Lease lease = retrying.lock("owner");
    flaky.failing(failures(2));
    lease.confirm();
    assertThat(lease.strength()).isEqualTo(Lease.Strength.ADVISORY);
    lease.close();
    assertThatThrownBy(lease::confirm).isInstanceOf(LeaseLostException.class);
    assertThat(flaky.calls()).containsExactly("lock", "confirm", "confirm", "confirm", "confirm");
  }

  @Test
  void whoIsInterruptedInAPauseHearsOfItAtOnce() throws Exception {
    Destination slow =
        Retrying.around(flaky, new Retries(3, Duration.ofMinutes(5), Duration.ofMinutes(10)));
    flaky.failing(failures(3));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    List<Boolean> flag = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              thrown.set(catchThrowable(() -> slow.put(KEY, text("x"))));
              flag.add(Thread.currentThread().isInterrupted());
            });
    thread.start();
    while (flaky.calls().isEmpty()) {
      Thread.sleep(5);
    }
    thread.interrupt();
    thread.join(Duration.ofSeconds(30).toMillis());
    assertThat(thread.isAlive()).isFalse();
    assertThat(thrown.get())
        .isInstanceOf(InterruptedIOException.class)
        .hasMessageContaining("503 slow down");
    assertThat(flag).containsExactly(true);
    assertThat(flaky.calls()).hasSize(1);
  }

  @Test
  void whoIsInterruptedBeforeDoesNotTryAgain() {
    flaky.failing(failures(2));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> retrying.sweep()).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(flaky.calls()).hasSize(1);
  }

  @Test
  void thePausesGrowAndHaveABound() throws IOException {
    Destination patient =
        Retrying.around(flaky, new Retries(5, Duration.ofMillis(20), Duration.ofMillis(100)));
    flaky.failing(failures(4));
    long begin = System.nanoTime();
    patient.sweep();
    // 20, 60, 100 and 100 ms, each cut by half at the most.
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(135));
  }
}
