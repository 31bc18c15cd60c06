package io.tradingengine.backup.core.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import io.tradingengine.backup.spi.contract.DestinationContract;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ThrottledTest extends DestinationContract {
  private static final ObjectKey KEY = new ObjectKey("full-20240115-020000/postgres/base-1.tar");
  private static final int MIB = 1 << 20;

  @TempDir Path directory;

  @Override
  protected Destination open() throws IOException {
    return Throttled.around(local(), 1L << 30);
  }

  private Destination local() throws IOException {
    return new LocalDestination(directory.toRealPath().resolve("repository"), Placement.LINK);
  }

  @Test
  void threadsThatPutAndReadShareOneBudget() throws Exception {
    byte[] stored = random(MIB);
    destination().put(KEY, Content.of(stored));
    Destination slow = Throttled.around(local(), 4 * MIB);
    long begin = System.nanoTime();
    inParallel(
        List.of(
            () -> {
              slow.put(new ObjectKey("put"), Content.of(random(MIB + 1)));
              return true;
            },
            () -> {
              try (InputStream in = slow.open(KEY, ByteRange.ALL)) {
                assertThat(in.readAllBytes()).isEqualTo(stored);
              }
              return true;
            }));
    // 2 MiB take half a second; a burst of 50 ms may come on top of it, and a little rounding.
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(440));
    assertThat(read(new ObjectKey("put"), ByteRange.ALL)).isEqualTo(random(MIB + 1));
  }

  private static void inParallel(List<Callable<Boolean>> tasks) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
    try {
      for (Future<Boolean> done : threads.invokeAll(tasks)) {
        assertThat(done.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void bytesFlowInSmallSlices() throws IOException {
    List<Integer> slices = new ArrayList<>();
    byte[] bytes = random(50_000);
    Destination target =
        new ForwardingDestination(local()) {
          @Override
          public void put(ObjectKey key, Content content) throws IOException {
            content.writeTo(
                new OutputStream() {
                  @Override
                  public void write(int b) {
                    slices.add(1);
                  }

                  @Override
                  public void write(byte[] written, int offset, int length) {
                    assertThat(written).as("not a copy").isSameAs(bytes);
                    slices.add(length);
                  }
                });
          }
        };
    Throttled.around(target, 200_000).put(KEY, Content.of(bytes));
    assertThat(slices).hasSize(5).containsOnly(10_000);
  }

  @Test
  void contentKeepsWhatItSaysOfItself() throws IOException {
    Content content = Content.of(random(1000));
    Destination target =
        new ForwardingDestination(local()) {
          @Override
          public void put(ObjectKey key, Content slow) throws IOException {
            assertThat(slow.length()).isEqualTo(content.length());
            assertThat(slow.sha256()).isEqualTo(content.sha256());
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (InputStream in = slow.open()) {
              in.transferTo(out);
            }
            assertThat(Sha256.of(out.toByteArray())).isEqualTo(content.sha256());
          }
        };
    Throttled.around(target, MIB).put(KEY, content);
  }

  @Test
  void whatIsComparedHereIsPaidFor() throws IOException {
    byte[] bytes = random(100_000);
    destination().put(KEY, Content.of(bytes));
    Destination slow = Throttled.around(local(), 500_000);
    long begin = System.nanoTime();
    assertThat(slow.holds(KEY, Content.of(bytes))).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(140));
  }

  @Test
  void whatTheStoreComparesByItselfIsLeftToIt() throws IOException {
    Destination target =
        new ForwardingDestination(local()) {
          @Override
          public boolean holds(ObjectKey key, Content content) {
            return true;
          }

          @Override
          public InputStream open(ObjectKey key, ByteRange range) throws IOException {
            throw new IOException("nobody has to read it here");
          }
        };
    assertThat(Throttled.around(target, 1).holds(KEY, Content.of(random(1000)))).isTrue();
  }

  @Test
  void whoIsInterruptedWhileWaitingHearsOfItAndLeavesNothing() throws Exception {
    Destination slow = Throttled.around(local(), 10);
    List<Object> seen = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                slow.put(KEY, Content.of(random(10_000)));
              } catch (IOException e) {
                for (Throwable each = e; each != null; each = each.getCause()) {
                  seen.add(each.getClass());
                }
                seen.add(Thread.currentThread().isInterrupted());
              }
            });
    thread.start();
    Thread.sleep(100);
    thread.interrupt();
    thread.join(Duration.ofSeconds(30).toMillis());
    assertThat(thread.isAlive()).isFalse();
    assertThat(seen).contains(InterruptedIOException.class).endsWith(true);
    assertThat(destination().list("")).isEmpty();
  }

  @Test
  void nothingIsNoBandwidth() {
    assertThatThrownBy(() -> Throttled.around(destination(), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
