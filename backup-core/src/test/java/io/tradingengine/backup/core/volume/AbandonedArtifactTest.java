package io.tradingengine.backup.core.volume;

import static io.tradingengine.backup.core.volume.Samples.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class AbandonedArtifactTest {
  private static final VolumeOptions OPTIONS = Samples.options(Codec.ZSTD, 10_000);
  private static final XorEncryptor XOR = new XorEncryptor(7);
  private static final byte[] MUCH = Samples.bytes(205_000, 1);

  private final List<Artifact> finished = new ArrayList<>();
  private final List<ObjectKey> abandoned = new ArrayList<>();
  private final MemoryStore store = new MemoryStore();

  private ArtifactTarget givenUp(String name) {
    return target(
        name,
        "tar",
        finished::add,
        volumes -> volumes.forEach(volume -> abandoned.add(volume.key())));
  }

  @Test
  void everyVolumeThatWasStoredIsToldOnceNoMoreCome() throws Exception {
    try (VolumeWriter writer =
        new VolumeWriter(
            OPTIONS,
            XOR,
            (key, content) -> {
              pause(); // so that some are on their way when it is abandoned
              store.put(key, content);
            })) {
      ArtifactStream out = writer.create(givenUp("base"));
      out.write(MUCH);
      out.abandon();

      assertThat(abandoned).hasSize(20).containsExactlyInAnyOrderElementsOf(store.objects.keySet());
      assertThatIOException().isThrownBy(() -> out.write(1)).withMessageContaining("abandoned");
      assertThatIOException().isThrownBy(out::finish).withMessageContaining("abandoned");
      out.abandon();
      out.close();
      writer.check();
    }
    assertThat(store.objects).hasSize(20);
    assertThat(abandoned).hasSize(20);
    assertThat(finished).isEmpty();
  }

  @Test
  void theOthersGoOn() throws Exception {
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, store)) {
      ArtifactStream first = writer.create(givenUp("dump"));
      ArtifactStream other = writer.create(target("wal", "tar", finished::add));
      first.write(MUCH);
      other.write(MUCH, 0, 100_000);
      first.abandon();
      ArtifactStream again = writer.create(target("dump-2", "tar", finished::add));
      again.write(MUCH);
      again.finish();
      other.write(MUCH, 100_000, MUCH.length - 100_000);
      other.finish();
    }
    assertThat(finished).extracting(Artifact::name).containsExactly("dump-2", "wal");
    assertThat(finished).extracting(Artifact::size).containsOnly((long) MUCH.length);
    assertThat(abandoned).allMatch(key -> key.value().contains("/dump-0000")).hasSize(20);
  }

  @Test
  void aFinishedOneCanBeAbandoned() throws Exception {
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, store)) {
      ArtifactStream out = writer.create(givenUp("base"));
      out.write(1);
      out.finish();
      out.abandon();
    }
    assertThat(abandoned).hasSize(1).containsExactlyElementsOf(store.objects.keySet());
  }

  @Test
  void oneOfWhichNothingWasStoredTellsNothing() throws Exception {
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, store)) {
      ArtifactStream out = writer.create(givenUp("base"));
      out.write(1);
      out.abandon();
      long before = writer.allocated();
      ArtifactStream next = writer.create(target("base-2", "tar", finished::add));
      next.write(1);
      assertThat(writer.allocated()).as("its memory is used again").isEqualTo(before);
      next.finish();
    }
    assertThat(abandoned).isEmpty();
    assertThat(store.objects).hasSize(1);
  }

  @Test
  void nothingIsAbandonedOnceAllHasFailed() throws Exception {
    IOException failure = new IOException("No space left on device");
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, Samples.failing(failure))) {
      ArtifactStream out = writer.create(givenUp("base"));
      assertThatIOException().isThrownBy(() -> out.write(MUCH)).withCause(failure);
      assertThatIOException().isThrownBy(out::abandon).withCause(failure);
    }
    assertThat(abandoned).isEmpty();
  }

  @Test
  void anInterruptionWhileItIsAbandonedStopsEverything() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    try (VolumeWriter writer = new VolumeWriter(OPTIONS, XOR, Samples.stuck(stuck))) {
      ArtifactStream out = writer.create(givenUp("base"));
      out.write(MUCH, 0, 15_000);
      stuck.await();
      Thread.currentThread().interrupt();
      assertThatIOException().isThrownBy(out::abandon);
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(abandoned).isEmpty();
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
