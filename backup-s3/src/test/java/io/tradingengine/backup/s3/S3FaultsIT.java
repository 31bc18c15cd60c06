package io.tradingengine.backup.s3;

import static io.tradingengine.backup.s3.StrictDestinations.PART;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stores and networks do: the result is a whole object, or a loud failure and nothing. */
class S3FaultsIT {
  private static final ObjectKey KEY = new ObjectKey("full-20240115-020000/postgres/base-1.tar");
  private static final String NAME = StrictDestinations.PREFIX + KEY;
  private static final byte[] LARGE = random(3 * PART + 12_345);
  private static final byte[] SMALL = random(100_000);

  private StrictStore store;
  private S3Destination destination;

  @BeforeEach
  void startStore() throws IOException {
    store = new StrictStore();
    destination = StrictDestinations.open(store);
  }

  @AfterEach
  void stopStore() {
    destination.close();
    store.close();
  }

  @Test
  void aLargeObjectIsSentInPartsAndReadsBack() throws IOException {
    destination.put(KEY, Content.of(LARGE));
    assertThat(store.objects().get(NAME).bytes()).isEqualTo(LARGE);
    assertThat(store.uploads()).isEmpty();
    assertThat(store.requests()).filteredOn(each -> each.contains("partNumber")).hasSize(4);
    assertThat(read(ByteRange.ALL)).isEqualTo(LARGE);
    destination.put(KEY, Content.of(LARGE));
    assertThat(store.requests()).filteredOn(each -> each.contains("partNumber")).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503})
  void aPartThatKeepsFailingFailsThePutAndLeavesNothing(int status) {
    String code = status == 503 ? "SlowDown" : "InternalError";
    store.fault(
        exchange -> isPart(exchange, 2) && answer(exchange, StrictAnswer.error(status, code, "x")));
    assertThatIOException()
        .isThrownBy(() -> destination.put(KEY, Content.of(LARGE)))
        .withMessageContaining(code);
    assertNothingIsThere();
  }

  @Test
  void aFailureThatPassesIsNotNoticed() throws IOException {
    AtomicInteger failures = new AtomicInteger();
    store.fault(
        exchange ->
            isPart(exchange, 3)
                && failures.getAndIncrement() == 0
                && answer(exchange, StrictAnswer.error(500, "InternalError", "once")));
    destination.put(KEY, Content.of(LARGE));
    assertThat(store.objects().get(NAME).bytes()).isEqualTo(LARGE);
    assertThat(failures).hasPositiveValue();
  }

  @Test
  void aConnectionThatIsCutWhileAPartIsSentFailsThePut() {
    store.fault(
        exchange -> {
          if (!isPart(exchange, 1)) {
            return false;
          }
          exchange.getRequestBody().readNBytes(1000);
          return true; // closed without an answer
        });
    assertThatIOException().isThrownBy(() -> destination.put(KEY, Content.of(LARGE)));
    assertNothingIsThere();
  }

  @Test
  void aPermissionThatIsMissingMidwayIsNamed() {
    store.fault(
        exchange ->
            isPart(exchange, 3)
                && answer(exchange, StrictAnswer.error(403, "AccessDenied", "Access Denied")));
    assertThatThrownBy(() -> destination.put(KEY, Content.of(LARGE)))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("s3:PutObject");
    assertNothingIsThere();
  }

  @Test
  void aDeniedRequestSaysWhatToGrant() {
    store.fault(exchange -> answer(exchange, StrictAnswer.error(403, "AccessDenied", "no")));
    assertThatThrownBy(() -> destination.list(""))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("s3:ListBucket");
    assertThatThrownBy(() -> destination.open(KEY, ByteRange.ALL))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("s3:GetObject");
  }

  @Test
  void whoMayOnlyWriteCanWriteAndNeverReplaces() throws IOException {
    store.fault(
        exchange ->
            exchange.getRequestURI().getPath().endsWith(KEY.value())
                && List.of("GET", "HEAD").contains(exchange.getRequestMethod())
                && answer(exchange, StrictAnswer.error(403, "AccessDenied", "no")));
    destination.put(KEY, Content.of(LARGE));
    assertThatThrownBy(() -> destination.put(KEY, Content.of(SMALL)))
        .isInstanceOf(AccessDeniedException.class);
    assertThat(store.objects().get(NAME).bytes()).isEqualTo(LARGE);
    assertThat(store.uploads()).isEmpty();
  }

  @Test
  void contentThatIsNotWhatItSaysIsNeverAnObject() {
    byte[] other = LARGE.clone();
    other[PART + 7] ^= 1;
    Content liar = new Lying(Content.of(LARGE), Content.of(other));
    assertThatIOException()
        .isThrownBy(() -> destination.put(KEY, liar))
        .withMessageContaining("SHA-256");
    assertNothingIsThere();
  }

  @Test
  void aSmallObjectThatIsNotWhatItSaysIsRefusedByTheStore() {
    byte[] other = SMALL.clone();
    other[7] ^= 1;
    Content liar = new Lying(Content.of(SMALL), Content.of(other));
    assertThatIOException()
        .isThrownBy(() -> destination.put(KEY, liar))
        .withMessageContaining("BadDigest");
    assertNothingIsThere();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aWrongChecksumInTheAnswerFailsThePut(boolean large) {
    String wrong = StrictStore.base64("SHA-256", new byte[1]);
    store.fault(
        exchange ->
            exchange.getRequestMethod().equals("PUT")
                && exchange.getRequestURI().getPath().endsWith(KEY.value())
                && answer(
                    exchange,
                    StrictAnswer.ok("")
                        .with("ETag", "\"x\"")
                        .with("x-amz-checksum-sha256", wrong)));
    assertThatIOException()
        .isThrownBy(() -> destination.put(KEY, Content.of(large ? LARGE : SMALL)))
        .withMessageContaining(wrong);
    assertNothingIsThere();
  }

  @Test
  void anAnswerThatIsLostIsNoOtherObject() throws IOException {
    AtomicInteger puts = new AtomicInteger();
    store.afterwards(
        exchange ->
            exchange.getRequestMethod().equals("PUT")
                && exchange.getRequestURI().getPath().endsWith(KEY.value())
                && puts.getAndIncrement() == 0);
    destination.put(KEY, Content.of(SMALL));
    assertThat(store.objects().get(NAME).bytes()).isEqualTo(SMALL);
    assertThat(puts).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1000})
  void anAnswerThatEndsEarlyIsNeverAShorterObject(long offset) throws IOException {
    destination.put(KEY, Content.of(SMALL));
    store.fault(
        exchange -> {
          if (!exchange.getRequestMethod().equals("GET")) {
            return false;
          }
          int rest = SMALL.length - (int) offset;
          exchange
              .getResponseHeaders()
              .set("Content-Range", "bytes " + offset + "-" + (SMALL.length - 1) + "/100000");
          exchange.sendResponseHeaders(offset == 0 ? 200 : 206, rest);
          exchange.getResponseBody().write(SMALL, (int) offset, rest / 2);
          exchange.getResponseBody().flush();
          return true; // closed half way
        });
    assertThatIOException().isThrownBy(() -> read(new ByteRange(offset, Long.MAX_VALUE)));
  }

  @Test
  void anAnswerToAnotherRangeIsRefused() throws IOException {
    destination.put(KEY, Content.of(SMALL));
    store.fault(
        exchange ->
            exchange.getRequestMethod().equals("GET")
                && answer(exchange, new StrictAnswer(200, Map.of(), SMALL)));
    assertThatIOException()
        .isThrownBy(() -> read(new ByteRange(10, 20)))
        .withMessageContaining("range");
  }

  @Test
  void aSlowLinkIsNoFailure() throws IOException {
    store.fault(
        exchange -> {
          pause(Duration.ofMillis(300));
          return false;
        });
    destination.put(KEY, Content.of(LARGE));
    assertThat(read(new ByteRange(5, PART))).isEqualTo(Arrays.copyOfRange(LARGE, 5, PART + 5));
  }

  @Test
  void streamsThatAreClosedBeforeTheirEndHoldNoConnection() throws IOException {
    byte[] bytes = random(1 << 20);
    destination.put(KEY, Content.of(bytes));
    for (int i = 0; i < 150; i++) { // more than there are connections
      try (InputStream in = destination.open(KEY, ByteRange.ALL)) {
        assertThat(in.read()).isEqualTo(bytes[0] & 0xff);
      }
    }
    assertThat(read(ByteRange.ALL)).isEqualTo(bytes);
  }

  @Test
  void anInterruptedPutEndsSoonAndLeavesNothing() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    store.fault(
        exchange -> {
          if (isPart(exchange, 2)) {
            begun.countDown();
            pause(never);
          }
          return false;
        });
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    Thread putting =
        new Thread(
            () -> {
              try {
                destination.put(KEY, Content.of(LARGE));
              } catch (IOException e) {
                failure.set(e);
              }
              flag.set(Thread.currentThread().isInterrupted());
            });
    putting.start();
    begun.await();
    putting.interrupt();
    putting.join(30_000);
    assertThat(failure.get()).isInstanceOf(InterruptedIOException.class);
    assertThat(flag.get()).isTrue();
    assertNothingIsThere();
    never.countDown();
  }

  @Test
  void leftOverUploadsAreRemovedAfterADay() throws IOException {
    Instant now = Instant.now();
    store.leaveUpload(NAME, now.minus(Duration.ofHours(25)));
    store.leaveUpload(NAME, now.minus(Duration.ofHours(23)));
    store.leaveUpload("other/" + KEY, now.minus(Duration.ofHours(25)));
    assertThat(destination.sweep()).isEqualTo(1);
    assertThat(store.uploads()).hasSize(2);
    assertThat(destination.sweep()).isZero();
  }

  @Test
  void whatIsNoObjectIsNeverShown() throws IOException {
    destination.put(KEY, Content.of(SMALL));
    for (String name : List.of(".hidden", "a/.hidden", "a//b", "a b", ".lease", "x/")) {
      store.putVersion(StrictDestinations.PREFIX + name, SMALL, false);
    }
    store.putVersion("production/a", SMALL, false);
    assertThat(destination.list("")).extracting(info -> info.key()).containsExactly(KEY);
    assertThat(destination.list("a")).isEmpty();
  }

  private void assertNothingIsThere() {
    assertThat(store.objects()).doesNotContainKey(NAME);
    assertThat(store.uploads()).isEmpty();
  }

  private byte[] read(ByteRange range) throws IOException {
    try (InputStream in = destination.open(KEY, range)) {
      return in.readAllBytes();
    }
  }

  private static boolean isPart(HttpExchange exchange, int number) {
    return String.valueOf(exchange.getRequestURI().getQuery()).contains("partNumber=" + number);
  }

  private static boolean answer(HttpExchange exchange, StrictAnswer answer) throws IOException {
    exchange.getRequestBody().readAllBytes();
    StrictStore.send(exchange, answer);
    return true;
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** Says one thing and is another. */
  private record Lying(Content said, Content real) implements Content {
    @Override
    public long length() {
      return said.length();
    }

    @Override
    public Sha256 sha256() {
      return said.sha256();
    }

    @Override
    public InputStream open() throws IOException {
      return real.open();
    }
  }
}
