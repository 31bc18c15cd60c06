package io.tradingengine.backup.core.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.core.catalog.Catalog;
import io.tradingengine.backup.core.support.NoThreadLeft;
import io.tradingengine.backup.core.volume.Held;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.DestinationOptions;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoThreadLeft.class)
@Timeout(value = 60)
class FanOutTest {
  private static final int OBJECTS = 60;

  private final MemoryDestination fast = new MemoryDestination("fast", Proximity.HOST);
  private final MemoryDestination slow = new MemoryDestination("slow", Proximity.NETWORK);

  private static Target target(MemoryDestination destination, String need, Duration catchUp) {
    Settings settings =
        Settings.of("memory").with("need", need).with("catch-up", catchUp.toMillis() + "ms");
    return new Target(
        destination,
        DestinationOptions.of(settings),
        new Catalog(destination, Components.encryptor(TestSystem.plainConfig()), "test"));
  }

  private static Target required(MemoryDestination destination) {
    return target(destination, "required", Duration.ZERO);
  }

  private static Target bestEffort(MemoryDestination destination, Duration catchUp) {
    return target(destination, "best-effort", catchUp);
  }

  private static ObjectKey key(int i) {
    return new ObjectKey("full-20240115-020000/postgres/base-" + i);
  }

  /** Content whose memory is taken away as soon as nobody holds it. */
  private static final class Pooled implements Held {
    private static final AtomicInteger LIVE = new AtomicInteger();
    private final byte[] bytes;
    private final Sha256 sha256;
    private int holders = 1;

    Pooled(int i) {
      bytes = ("object " + i).repeat(100).getBytes(UTF_8);
      sha256 = Sha256.of(bytes);
      LIVE.incrementAndGet();
    }

    @Override
    public synchronized void hold() {
      assertThat(holders).isPositive();
      holders++;
    }

    @Override
    public synchronized void release() {
      if (--holders == 0) {
        LIVE.decrementAndGet();
        Arrays.fill(bytes, (byte) 0);
      }
    }

    @Override
    public long length() {
      return bytes.length;
    }

    @Override
    public Sha256 sha256() {
      return sha256;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(bytes);
    }
  }

  private static List<Sha256> putAll(FanOut fanOut, int from, int to) throws IOException {
    List<Sha256> digests = new ArrayList<>();
    for (int i = from; i < to; i++) {
      Pooled content = new Pooled(i);
      digests.add(content.sha256());
      try {
        fanOut.put(key(i), content);
      } finally {
        content.release();
      }
    }
    return digests;
  }

  private static void assertHolds(MemoryDestination destination, List<Sha256> digests) {
    assertThat(destination.objects.values().stream().map(Sha256::of).toList())
        .containsExactlyInAnyOrderElementsOf(digests);
  }

  @Test
  void everyDestinationGetsEverything() throws Exception {
    List<Sha256> digests;
    try (FanOut fanOut = new FanOut(List.of(required(fast), required(slow)))) {
      digests = putAll(fanOut, 0, OBJECTS);
      fanOut.finish(target -> {});
      assertThat(fanOut.lanes()).allMatch(Lane::finished);
    }
    assertHolds(fast, digests);
    assertHolds(slow, digests);
    assertThat(Pooled.LIVE.get()).isZero();
  }

  @Test
  void aDestinationAHundredTimesSlowerDoesNotSlowTheFastOne() throws Exception {
    fast.delayMillis = 1;
    slow.delayMillis = 200;
    CountDownLatch published = new CountDownLatch(1);
    List<Sha256> digests;
    long begin = System.nanoTime();
    try (FanOut fanOut = new FanOut(List.of(required(fast), required(slow)))) {
      digests = putAll(fanOut, 0, OBJECTS);
      long captured = System.nanoTime() - begin;
      slow.delayMillis = 20;
      fanOut.finish(
          target -> {
            if (target.destination() == fast) {
              published.countDown();
            }
          });
      // Put one after the other, the slow one alone would have taken half a minute.
      assertThat(Duration.ofNanos(captured)).isLessThan(Duration.ofSeconds(4));
      assertThat(published.await(1, TimeUnit.SECONDS)).isTrue();
      assertThat(fanOut.lanes()).allMatch(Lane::finished);
    }
    assertHolds(slow, digests);
    // What the slow one missed was copied from the fast one.
    assertThat(fast.reads.get()).isPositive();
    assertThat(Pooled.LIVE.get()).isZero();
  }

  @Test
  void theFastOneIsFinishedWhileTheSlowOneStillCatchesUp() throws Exception {
    slow.delayMillis = 100;
    CountDownLatch fastIsPublished = new CountDownLatch(1);
    slow.fault =
        (operation, key) -> {
          if (operation.equals("put") && key.endsWith("-" + (OBJECTS - 1))) {
            try {
              assertThat(fastIsPublished.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    try (FanOut fanOut = new FanOut(List.of(required(fast), required(slow)))) {
      putAll(fanOut, 0, OBJECTS);
      slow.delayMillis = 0;
      fanOut.finish(
          target -> {
            if (target.destination() == fast) {
              fastIsPublished.countDown();
            }
          });
      assertThat(fanOut.lanes()).allMatch(Lane::finished);
    }
    assertThat(slow.objects).hasSize(OBJECTS);
  }

  @Test
  void whatALaneHoldsStaysBounded() throws Exception {
    slow.delayMillis = 50;
    int most = 0;
    try (FanOut fanOut = new FanOut(List.of(required(fast), required(slow)))) {
      for (int i = 0; i < OBJECTS; i++) {
        putAll(fanOut, i, i + 1);
        most = Math.max(most, Pooled.LIVE.get());
      }
      slow.delayMillis = 0;
      fanOut.finish(target -> {});
    }
    assertThat(most).isLessThanOrEqualTo(2 * Lane.SMALLEST);
  }

  @Test
  void aDestinationThatFailsStopsNoOther() throws Exception {
    slow.fault =
        (operation, key) -> {
          if (operation.equals("put") && key.endsWith("-7")) {
            throw new IOException("No space left on device");
          }
        };
    List<Sha256> digests;
    try (FanOut fanOut = new FanOut(List.of(required(fast), required(slow)))) {
      digests = putAll(fanOut, 0, OBJECTS);
      fanOut.finish(target -> {});
      assertThat(fanOut.lanes().get(0).finished()).isTrue();
      assertThat(fanOut.lanes().get(1).failure().orElseThrow()).hasMessageContaining("No space");
    }
    assertHolds(fast, digests);
    assertThat(Pooled.LIVE.get()).isZero();
  }

  @Test
  void whereAllFailThePutFailsAndNamesEach() throws Exception {
    fast.unreachable();
    slow.unreachable();
    try (FanOut fanOut = new FanOut(List.of(required(fast), required(slow)))) {
      assertThatThrownBy(() -> putAll(fanOut, 0, 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("fast is unreachable")
          .hasMessageContaining("slow is unreachable");
    }
  }

  @Test
  void aBestEffortDestinationIsWaitedForOnlySoLong() throws Exception {
    slow.delayMillis = 10_000;
    try (FanOut fanOut =
        new FanOut(List.of(required(fast), bestEffort(slow, Duration.ofMillis(50))))) {
      putAll(fanOut, 0, OBJECTS);
      fanOut.finish(target -> {});
      assertThat(fanOut.lanes().get(0).finished()).isTrue();
      assertThat(fanOut.lanes().get(1).finished()).isFalse();
      assertThat(fanOut.lanes().get(1).behind()).isEqualTo(OBJECTS);
    }
    assertThat(Pooled.LIVE.get()).isZero();
  }

  @Test
  void whatIsForgottenIsBroughtNowhereAnyMore() throws Exception {
    slow.delayMillis = 50;
    try (FanOut fanOut = new FanOut(List.of(required(fast), required(slow)))) {
      putAll(fanOut, 0, OBJECTS);
      Set<ObjectKey> abandoned = Set.of(key(0), key(1), key(OBJECTS - 1), key(OBJECTS - 2));
      fanOut.forget(abandoned);
      for (ObjectKey each : abandoned) {
        fast.delete(each);
        slow.delete(each);
      }
      slow.delayMillis = 0;
      fanOut.finish(target -> {});
      assertThat(fanOut.lanes()).allMatch(Lane::finished);
      assertThat(fast.objects).hasSize(OBJECTS - 4).doesNotContainKeys(key(0), key(1));
      assertThat(slow.objects.keySet()).isEqualTo(fast.objects.keySet());
    }
  }

  @Test
  void anInterruptedPutReturnsAndItsMemoryIsHeldAsLongAsItIsUsed() throws Exception {
    fast.delayMillis = 300;
    try (FanOut fanOut = new FanOut(List.of(required(fast)))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> putAll(fanOut, 0, 1)).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void plainContentIsPutAsWell() throws Exception {
    try (FanOut fanOut = new FanOut(List.of(required(fast), required(slow)))) {
      fanOut.put(key(1), Content.of(new byte[] {1, 2, 3}));
      fanOut.finish(target -> {});
    }
    assertThat(slow.objects.get(key(1))).containsExactly(1, 2, 3);
  }
}
