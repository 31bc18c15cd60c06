package io.tradingengine.backup.core.volume;

import static io.tradingengine.backup.core.volume.Samples.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.core.support.NoThreadLeft;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoThreadLeft.class)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class WriterFailureTest {
  private static final VolumeOptions OPTIONS = Samples.options(Codec.ZSTD, 10_000);
  private static final XorEncryptor XOR = new XorEncryptor(7);
  private static final byte[] MUCH = Samples.bytes(1_000_000, 1);

  private final List<Artifact> finished = new ArrayList<>();

  @Test
  void aFailedPutStopsEverythingAndIsTheCauseFromThenOn() throws Exception {
    FileAlreadyExistsException full = new FileAlreadyExistsException("holds other bytes");
    AtomicInteger puts = new AtomicInteger();
    try (VolumeWriter writer =
        new VolumeWriter(
            OPTIONS,
            XOR,
            (key, content) -> {
              if (puts.incrementAndGet() >= 3) {
                throw full;
              }
            })) {
      ArtifactStream other = writer.create(target("wal", "tar", finished::add));
      other.write(1);
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      assertThatIOException()
          .isThrownBy(() -> writeForEver(out))
          .withCause(full)
          .withMessageContaining("full-20240115-020000/postgres/base-0000")
          .withMessageContaining("holds other bytes");
      assertThatIOException().isThrownBy(() -> out.write(1)).withCause(full);
      assertThatIOException().isThrownBy(out::finish).withCause(full);
      assertThatIOException().isThrownBy(() -> other.write(1)).withCause(full);
      assertThatIOException().isThrownBy(other::finish).withCause(full);
      assertThatIOException().isThrownBy(writer::check).withCause(full);
      assertThatIOException()
          .isThrownBy(() -> writer.create(target("more", "", finished::add)))
          .withCause(full);
    }
    assertThat(finished).isEmpty();
  }

  @Test
  void aPutThatFailsLastFailsFinish() {
    IOException failure = new IOException("No space left on device");
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, Samples.failing(failure))) {
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      out.write(1);
      assertThatIOException().isThrownBy(out::finish).withCause(failure);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertThat(finished).isEmpty();
  }

  @Test
  void aFailingEncryptorStopsEverything() throws Exception {
    IOException failure = new IOException("no entropy");
    XorEncryptor failing =
        new XorEncryptor(1) {
          @Override
          public Sealer newSealer() {
            return (out, key) -> {
              throw failure;
            };
          }
        };
    MemoryStore store = new MemoryStore();
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, failing, store)) {
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      assertThatIOException().isThrownBy(() -> writeForEver(out)).withCause(failure);
    }
    assertThat(store.objects).isEmpty();
  }

  @Test
  void aFailingListenerStopsEverything() throws Exception {
    IllegalStateException failure = new IllegalStateException("listener");
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, new MemoryStore())) {
      ArtifactStream out =
          writer.create(
              new ArtifactTarget(
                  Samples.FOLDER,
                  "base",
                  "tar",
                  entry -> {},
                  bytes -> {
                    throw failure;
                  },
                  finished::add,
                  volumes -> {}));
      assertThatIOException().isThrownBy(() -> writeForEver(out)).withCause(failure);
    }
  }

  @Test
  void anErrorIsAFailureLikeAnyOther() throws Exception {
    OutOfMemoryError failure = new OutOfMemoryError("pretended");
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, Samples.failing(failure))) {
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      assertThatIOException().isThrownBy(() -> writeForEver(out)).withCause(failure);
    }
  }

  @Test
  void theFirstFailureStaysTheCauseAndInterruptsOtherPuts() throws Exception {
    IOException first = new IOException("first");
    AtomicInteger puts = new AtomicInteger();
    CountDownLatch waiting = new CountDownLatch(1);
    AtomicReference<Throwable> second = new AtomicReference<>();
    try (VolumeWriter writer =
        new VolumeWriter(
            OPTIONS,
            XOR,
            (key, content) -> {
              // Whichever volume comes first: they may be sealed in any order.
              if (puts.incrementAndGet() == 1) {
                waiting.countDown();
                sleep(second);
                throw new IOException("a follow-up");
              }
              awaitQuietly(waiting);
              throw first;
            })) {
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      assertThatIOException().isThrownBy(() -> writeForEver(out)).withCause(first);
      assertThatIOException().isThrownBy(out::finish).withCause(first);
    }
    assertThat(second.get()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void closingAStreamBeforeItIsFinishedFailsTheBackup() throws Exception {
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, new MemoryStore())) {
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      out.write(MUCH);
      out.close();
      assertThatIOException()
          .isThrownBy(writer::check)
          .withMessageContaining("postgres/base was closed before it was finished");
      assertThatIOException().isThrownBy(() -> out.write(1));
      assertThatIOException().isThrownBy(out::finish);
    }
    assertThat(finished).isEmpty();
  }

  @Test
  void closingAFinishedStreamDoesNothing() throws Exception {
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, new MemoryStore())) {
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      out.write(MUCH);
      out.finish();
      out.close();
      writer.check();
      assertThatIOException().isThrownBy(() -> out.write(1)).withMessageContaining("finished");
    }
    assertThat(finished).hasSize(1);
  }

  @Test
  void anInterruptedProducerStopsEverything() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, Samples.stuck(stuck))) {
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      Thread producer = Thread.currentThread();
      Thread interrupter =
          new Thread(
              () -> {
                awaitQuietly(stuck);
                producer.interrupt();
              });
      interrupter.start();
      Throwable thrown = catchThrowable(() -> writeForEver(out));
      assertThat(Thread.interrupted()).as("interrupt flag").isTrue();
      assertThat(thrown).isInstanceOf(InterruptedIOException.class);
      assertThatIOException()
          .isThrownBy(writer::check)
          .withCauseInstanceOf(InterruptedException.class);
      interrupter.join();
    }
  }

  @Test
  void anInterruptedFinishStopsEverything() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, Samples.stuck(stuck))) {
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      out.write(1);
      Thread.currentThread().interrupt();
      assertThatThrownBy(out::finish).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(finished).isEmpty();
  }

  @Test
  void closingFromAnotherThreadStopsAWaitingProducer() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, Samples.stuck(stuck));
    Thread closer =
        new Thread(
            () -> {
              awaitQuietly(stuck);
              writer.close();
            });
    closer.start();
    ArtifactStream out = writer.create(target("base", "tar", finished::add));
    assertThatIOException()
        .isThrownBy(() -> writeForEver(out))
        .withMessageContaining("cancelled")
        .withNoCause();
    closer.join();
    writer.close();
  }

  @Test
  void nothingIsPutAfterClose() throws Exception {
    AtomicInteger puts = new AtomicInteger();
    VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, (key, content) -> puts.incrementAndGet());
    ArtifactStream out = writer.create(target("base", "tar", finished::add));
    out.write(MUCH);
    writer.close();
    int before = puts.get();
    assertThatIOException().isThrownBy(() -> out.write(MUCH));
    assertThatIOException().isThrownBy(out::finish);
    TimeUnit.MILLISECONDS.sleep(50);
    assertThat(puts).hasValue(before);
    assertThat(finished).isEmpty();
  }

  @Test
  void aWriterMayBeClosedByItsOwnSink() throws Exception {
    AtomicReference<VolumeWriter> self = new AtomicReference<>();
    try (VolumeWriter writer =
        new VolumeWriter(OPTIONS, XOR, (key, content) -> self.get().close())) {
      self.set(writer);
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      assertThatIOException()
          .isThrownBy(() -> writeForEver(out))
          .withMessageContaining("cancelled");
    }
  }

  @Test
  void aWriterMayBeClosedByTwoOfItsPutsAtOnce() throws Exception {
    AtomicReference<VolumeWriter> self = new AtomicReference<>();
    CountDownLatch both = new CountDownLatch(2);
    try (VolumeWriter writer =
        new VolumeWriter(
            OPTIONS,
            XOR,
            (key, content) -> {
              both.countDown();
              awaitQuietly(both);
              self.get().close();
            })) {
      self.set(writer);
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      assertThatIOException()
          .isThrownBy(() -> writeForEver(out))
          .withMessageContaining("cancelled");
    }
  }

  @Test
  void memoryIsBoundedHoweverSlowTheSink() throws Exception {
    VolumeOptions options = new VolumeOptions(Codec.ZSTD, 1, 1 << 20, 2);
    byte[] noise = Samples.noise(1 << 20);
    long allocated;
    try (VolumeWriter writer = new VolumeWriter(options, XOR, (key, content) -> pause())) {
      ArtifactStream base = writer.create(target("base", "tar", finished::add));
      ArtifactStream wal = writer.create(target("wal", "tar", finished::add));
      for (int i = 0; i < 40; i++) {
        base.write(noise, i, noise.length - i);
        wal.write(noise, 0, 1000);
      }
      base.finish();
      wal.finish();
      allocated = writer.allocated();
    }
    // Plain: two artifacts, two workers, two in the queue. Stored: two workers, two in the queue,
    // two
    // putters, each of them rounded up. And two small first buffers.
    long bound = 6L * (1 << 20) + 6L * ((1 << 20) + 2 * Pieces.SIZE) + 2 * (1 << 18);
    assertThat(allocated).isLessThanOrEqualTo(bound);
  }

  @Test
  void smallArtifactsTakeLittleMemory() throws Exception {
    VolumeOptions options = new VolumeOptions(Codec.ZSTD, 1, 16 << 20, 2);
    try (VolumeWriter writer = new VolumeWriter(options, XOR, new MemoryStore())) {
      ArtifactStream out = writer.create(target("backup-manifest", "", finished::add));
      out.write(new byte[200_000]);
      out.finish();
      assertThat(writer.allocated()).isLessThan(400_000);
    }
  }

  @Test
  void contentIsNotReadableAfterItsPut() throws Exception {
    List<Content> kept = new ArrayList<>();
    List<InputStream> opened = new ArrayList<>();
    try (VolumeWriter writer =
        new VolumeWriter(
            OPTIONS,
            XOR,
            (key, content) -> {
              kept.add(content);
              opened.add(content.open());
            })) {
      ArtifactStream out = writer.create(target("base", "tar", finished::add));
      out.write(1);
      out.finish();
    }
    assertThatThrownBy(() -> kept.get(0).open().read()).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> opened.get(0).read()).isInstanceOf(IllegalStateException.class);
  }

  private static void writeForEver(ArtifactStream out) throws IOException {
    while (true) {
      out.write(MUCH);
    }
  }

  private static void sleep(AtomicReference<Throwable> thrown) {
    try {
      Thread.sleep(Duration.ofMinutes(5).toMillis());
    } catch (InterruptedException e) {
      thrown.set(e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(10);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
