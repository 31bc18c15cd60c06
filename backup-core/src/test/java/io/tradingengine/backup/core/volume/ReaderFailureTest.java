package io.tradingengine.backup.core.volume;

import static io.tradingengine.backup.core.volume.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.github.luben.zstd.Zstd;
import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.support.NoThreadLeft;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoThreadLeft.class)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ReaderFailureTest {
  private static final int VOLUME = 10_000;
  private static final VolumeOptions OPTIONS = Samples.options(Codec.ZSTD, VOLUME);
  private static final XorEncryptor XOR = new XorEncryptor(7);
  private static final byte[] BYTES = Samples.bytes(20 * VOLUME, 1);

  private final MemoryStore store = new MemoryStore();

  @Test
  void aFlippedBitIsFoundAndNamed() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    ObjectKey key = artifact.volumes().get(5).key();
    store.objects.get(key)[100] ^= 1;
    assertFails(artifact, key, "is damaged, or another object stands in its place");
  }

  @Test
  void aTruncatedObjectIsFoundAndNamed() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    ObjectKey key = artifact.volumes().get(5).key();
    store.objects.computeIfPresent(key, (k, bytes) -> Arrays.copyOf(bytes, bytes.length - 1));
    assertFails(artifact, key, "is truncated: has ");
  }

  @Test
  void anObjectThatIsTooLongIsFoundAndNamed() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    ObjectKey key = artifact.volumes().get(5).key();
    store.objects.computeIfPresent(key, (k, bytes) -> Arrays.copyOf(bytes, bytes.length + 1));
    assertFails(artifact, key, "has more than its ");
  }

  @Test
  void aMissingObjectIsFoundAndNamed() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    ObjectKey key = artifact.volumes().get(5).key();
    store.objects.remove(key);
    assertFails(artifact, key, "is missing");
    assertThat(catchThrowable(() -> readAll(artifact)))
        .hasCauseInstanceOf(NoSuchFileException.class);
  }

  @Test
  void swappedObjectsAreFoundAndNamed() throws Exception {
    VolumeOptions uncompressed = Samples.options(Codec.NONE, VOLUME);
    Artifact artifact = write(uncompressed, XOR, store, BYTES);
    ObjectKey first = artifact.volumes().get(3).key();
    ObjectKey second = artifact.volumes().get(4).key();
    byte[] bytes = store.objects.get(first);
    store.objects.put(first, store.objects.get(second));
    store.objects.put(second, bytes);
    assertFails(artifact, first, "another object stands in its place");
  }

  @Test
  void aWrongKeyIsNamedAsSuch() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    try (VolumeReader reader = new VolumeReader(OPTIONS, new XorEncryptor(8), store);
        InputStream in = reader.open(artifact, 0)) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("base-000001.tar.zst.xor")
          .hasMessageContaining("is encrypted to another key");
    }
  }

  @Test
  void missingDecryptionIsNamedAsSuch() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    try (VolumeReader reader = new VolumeReader(OPTIONS, Samples.PLAIN, store);
        InputStream in = reader.open(artifact, 0)) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("does the configured encryption differ");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Codec.class,
      names = {"ZSTD", "GZIP"})
  void aFrameWithAWrongChecksumIsRefused(Codec codec) throws Exception {
    int fromEnd = codec == Codec.ZSTD ? 1 : 5;
    Artifact artifact =
        artifact(
            codec,
            BYTES.length,
            frame -> {
              byte[] changed = frame.clone();
              changed[frame.length - fromEnd] ^= 1;
              return changed;
            },
            BYTES);
    assertFails(artifact, artifact.volumes().get(0).key(), "is damaged: ");
  }

  @Test
  void aZstdFrameWithoutAChecksumIsCheckedByItsDigest() throws Exception {
    byte[] other = new byte[BYTES.length];
    for (byte[] content : new byte[][] {BYTES, other}) {
      Artifact artifact =
          artifact(Codec.ZSTD, BYTES.length, frame -> Zstd.compress(content), content);
      if (content == BYTES) {
        assertThat(readAll(artifact)).isEqualTo(BYTES);
      } else {
        assertFails(artifact, artifact.volumes().get(0).key(), "its plain bytes are not those");
      }
    }
  }

  @Test
  void uncompressedBytesAreCheckedByTheirDigest() throws Exception {
    Artifact artifact = artifact(Codec.NONE, BYTES.length, frame -> frame, new byte[BYTES.length]);
    assertFails(artifact, artifact.volumes().get(0).key(), "its plain bytes are not those");
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void aFrameThatIsLongerOrShorterThanRecordedIsRefused(Codec codec) throws Exception {
    for (int size : new int[] {BYTES.length - 1, BYTES.length + 1, 0, 1}) {
      Artifact artifact = artifact(codec, size, frame -> frame, BYTES);
      assertFails(artifact, artifact.volumes().get(0).key(), "is damaged: ");
    }
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void nothingMayFollowAFrame(Codec codec) throws Exception {
    Artifact garbage = artifact(codec, BYTES.length, frame -> joined(frame, new byte[9]), BYTES);
    assertFails(garbage, garbage.volumes().get(0).key(), "is damaged: ");
    Artifact second = artifact(codec, BYTES.length, frame -> joined(frame, frame), BYTES);
    assertFails(second, second.volumes().get(0).key(), "is damaged: ");
    Artifact empties =
        artifact(codec, 0, frame -> joined(frame, joined(frame, new byte[1])), new byte[0]);
    assertFails(empties, empties.volumes().get(0).key(), "is damaged: ");
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void aFrameThatIsCutShortIsRefused(Codec codec) throws Exception {
    for (int cut : new int[] {1, 5, 100, 100_000_000}) {
      Artifact artifact =
          artifact(
              codec,
              BYTES.length,
              frame -> Arrays.copyOf(frame, Math.max(0, frame.length - cut)),
              BYTES);
      assertFails(artifact, artifact.volumes().get(0).key(), "is damaged: ");
    }
  }

  @Test
  void aFrameOfUnknownSizeWithAHugeWindowIsRefused() throws Exception {
    byte[] head = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) 0xf8, 1, 0, 0};
    for (int size : new int[] {0, 1000}) {
      Artifact artifact = artifact(Codec.ZSTD, size, frame -> head, new byte[size]);
      Throwable thrown = catchThrowable(() -> readAll(artifact));
      if (size > 0) {
        assertThat(thrown).isInstanceOf(IntegrityException.class);
      }
    }
  }

  @Test
  void anObjectOutOfItsPlaceInTheListIsRefused() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, Samples.bytes(2 * VOLUME, 2));
    List<Volume> volumes = new ArrayList<>();
    long offset = 0;
    for (int index : new int[] {1, 0}) {
      Volume volume = artifact.volumes().get(index);
      volumes.add(
          new Volume(
              volume.key(),
              offset,
              volume.size(),
              volume.sha256(),
              volume.storedSize(),
              volume.storedSha256()));
      offset += volume.size();
    }
    Artifact swapped = new Artifact("base", "tar", artifact.size(), volumes);
    assertFails(
        swapped, volumes.get(0).key(), "stands where the volume base-000001.tar is expected");
  }

  @Test
  void aStoreThatCannotBeReadIsNoIntegrityProblem() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    IOException down = new IOException("store is down");
    try (VolumeReader reader =
        new VolumeReader(
            OPTIONS,
            XOR,
            key -> {
              throw down;
            })) {
      assertThatIOException()
          .isThrownBy(() -> reader.readParallel(artifact, (offset, chunk) -> {}))
          .isSameAs(down);
      try (InputStream in = reader.open(artifact, 0)) {
        assertThatIOException().isThrownBy(in::read).isSameAs(down);
        assertThatIOException().as("again, without a gap").isThrownBy(in::read).isSameAs(down);
      }
    }
  }

  @Test
  void aFailingConsumerStopsTheOthersAndIsTheCause() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    IOException full = new IOException("No space left on device");
    CountDownLatch other = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    try (VolumeReader reader = new VolumeReader(OPTIONS, XOR, store)) {
      assertThatIOException()
          .isThrownBy(
              () ->
                  reader.readParallel(
                      artifact,
                      (offset, chunk) -> {
                        if (calls.incrementAndGet() == 1) {
                          sleepUntilInterrupted(other);
                        }
                        await(other);
                        throw full;
                      }))
          .isSameAs(full);
      assertThat(calls).hasValue(2);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      // The workers are as good as new.
      assertThat(RoundTripTest.read(reader, artifact, 0)).isEqualTo(BYTES);
    }
  }

  @Test
  void anInterruptedParallelReadStopsAllCalls() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    AtomicInteger running = new AtomicInteger();
    Thread caller = Thread.currentThread();
    CountDownLatch both = new CountDownLatch(2);
    try (VolumeReader reader = new VolumeReader(OPTIONS, XOR, store)) {
      Thread interrupter =
          new Thread(
              () -> {
                await(both);
                caller.interrupt();
              });
      interrupter.start();
      assertThatThrownBy(
              () ->
                  reader.readParallel(
                      artifact,
                      (offset, chunk) -> {
                        running.incrementAndGet();
                        sleepUntilInterrupted(both);
                        running.decrementAndGet();
                        Thread.currentThread().interrupt();
                      }))
          .isInstanceOf(InterruptedException.class);
      assertThat(running).hasValue(0);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      interrupter.join();
    }
  }

  @Test
  void anInterruptedReaderOfAStreamStopsWaiting() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    CountDownLatch stuck = new CountDownLatch(1);
    try (VolumeReader reader = new VolumeReader(OPTIONS, XOR, stuckStore(stuck));
        InputStream in = reader.open(artifact, 0)) {
      stuck.await();
      Thread.currentThread().interrupt();
      assertThatThrownBy(in::read).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void closingTheReaderStopsItsStreams() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    CountDownLatch stuck = new CountDownLatch(1);
    VolumeReader reader = new VolumeReader(OPTIONS, XOR, stuckStore(stuck));
    Thread closer =
        new Thread(
            () -> {
              await(stuck);
              reader.close();
            });
    try (InputStream in = reader.open(artifact, 0)) {
      stuck.await();
      closer.start();
      assertThatIOException().isThrownBy(in::read).withMessageContaining("cancelled");
    }
    closer.join();
    assertThatIOException().isThrownBy(() -> reader.open(artifact, 0));
    assertThatIOException().isThrownBy(() -> reader.readParallel(artifact, (offset, chunk) -> {}));
  }

  @Test
  void aParallelReadOfAReaderThatIsClosedReturnsWhenNoCallRunsAnyMore() throws Exception {
    VolumeOptions manyLanes = new VolumeOptions(Codec.NONE, 1, 1000, 64);
    Artifact artifact = write(manyLanes, XOR, store, BYTES);
    AtomicInteger running = new AtomicInteger();
    int cancelled = 0;
    for (int round = 0; round < 20; round++) {
      VolumeReader reader = new VolumeReader(manyLanes, XOR, store);
      Thread closer = new Thread(reader::close);
      AtomicInteger calls = new AtomicInteger();
      Throwable thrown =
          catchThrowable(
              () ->
                  reader.readParallel(
                      artifact,
                      (offset, chunk) -> {
                        running.incrementAndGet();
                        if (calls.incrementAndGet() == 1) {
                          closer.start(); // while other lanes are still being opened, mostly
                        }
                        spin(Duration.ofMillis(5));
                        running.decrementAndGet();
                      }));
      assertThat(running).hasValue(0);
      closer.join();
      if (thrown != null) { // on a busy machine, all may have been read before it was closed
        assertThat(thrown).isInstanceOf(IOException.class).hasMessageContaining("cancelled");
        cancelled++;
      }
    }
    assertThat(cancelled).isPositive();
  }

  @Test
  void aClosedStreamIsNotRead() throws Exception {
    Artifact artifact = write(OPTIONS, XOR, store, BYTES);
    try (VolumeReader reader = new VolumeReader(OPTIONS, XOR, store)) {
      InputStream in = reader.open(artifact, 0);
      in.read();
      in.close();
      in.close();
      assertThatIOException().isThrownBy(in::read).withMessageContaining("closed");
    }
  }

  private void assertFails(Artifact artifact, ObjectKey key, String what) throws Exception {
    assertThatThrownBy(() -> readAll(artifact))
        .isInstanceOfSatisfying(
            IntegrityException.class, e -> assertThat(e.objectKey()).isEqualTo(key.value()))
        .hasMessageContaining(key.value())
        .hasMessageContaining(what);
    try (VolumeReader reader = new VolumeReader(OPTIONS, XOR, store)) {
      assertThatThrownBy(() -> reader.readParallel(artifact, (offset, chunk) -> {}))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining(what);
    }
  }

  private byte[] readAll(Artifact artifact) throws IOException {
    try (VolumeReader reader = new VolumeReader(OPTIONS, XOR, store)) {
      return RoundTripTest.read(reader, artifact, 0);
    }
  }

  /** An artifact of one volume with a tampered frame whose stored digest is right all the same. */
  private Artifact artifact(
      Codec codec, int recordedSize, UnaryOperator<byte[]> tamper, byte[] content)
      throws IOException {
    MemoryStore honest = new MemoryStore();
    VolumeOptions options = Samples.options(codec, 1 << 20);
    Volume volume = Samples.write(options, Samples.PLAIN, honest, content).volumes().get(0);
    byte[] frame = tamper.apply(honest.objects.get(volume.key()));
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    try (var out = XOR.newSealer().encrypt(message, "")) {
      out.write(frame);
    }
    ObjectKey key = new ObjectKey(volume.key() + ".xor");
    byte[] stored = message.toByteArray();
    store.objects.put(key, stored);
    Volume recorded =
        new Volume(key, 0, recordedSize, Sha256.of(BYTES), stored.length, Sha256.of(stored));
    return new Artifact("base", "tar", recordedSize, List.of(recorded));
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** Delivers nothing until it is interrupted. */
  private static ObjectReader stuckStore(CountDownLatch stuck) {
    return key -> {
      sleepUntilInterrupted(stuck);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("fetch was interrupted");
    };
  }

  private static void sleepUntilInterrupted(CountDownLatch begun) {
    try {
      begun.countDown();
      TimeUnit.MINUTES.sleep(5);
    } catch (InterruptedException e) {
      return;
    }
  }

  /** Takes its time, interrupted or not. */
  private static void spin(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
