package io.tradingengine.backup.core.volume;

import static io.tradingengine.backup.core.volume.Samples.target;
import static io.tradingengine.backup.core.volume.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RoundTripTest {
  private static final int VOLUME = 100_000;
  private static final Encryptor XOR = new XorEncryptor(0x5a);

  private final MemoryStore store = new MemoryStore();

  static Stream<Arguments> codecsAndSizes() {
    return Stream.of(Codec.values())
        .flatMap(
            codec ->
                Stream.of(0, 1, VOLUME - 1, VOLUME, VOLUME + 1, 2 * VOLUME, 17 * VOLUME + 123)
                    .map(size -> Arguments.of(codec, size)));
  }

  @ParameterizedTest
  @MethodSource("codecsAndSizes")
  void whatWasWrittenIsReadBack(Codec codec, int size) throws Exception {
    VolumeOptions options = Samples.options(codec, VOLUME);
    byte[] bytes = Samples.bytes(size, size);

    Artifact artifact = write(options, XOR, store, bytes);

    assertThat(artifact.size()).isEqualTo(size);
    assertThat(artifact.volumes()).hasSize(Math.max(1, (size + VOLUME - 1) / VOLUME));
    assertThat(store.objects).hasSize(artifact.volumes().size());
    for (Volume volume : artifact.volumes()) {
      byte[] stored = store.objects.get(volume.key());
      assertThat(volume.storedSize()).isEqualTo(stored.length);
      assertThat(volume.storedSha256()).isEqualTo(Sha256.of(stored));
    }
    try (VolumeReader reader = new VolumeReader(options, XOR, store)) {
      assertThat(read(reader, artifact, 0)).isEqualTo(bytes);
      assertThat(readParallel(reader, artifact)).isEqualTo(bytes);
    }
  }

  @Test
  void incompressibleBytesAreReadBackToo() throws Exception {
    byte[] bytes = Samples.noise(7 * VOLUME + 5);
    for (Codec codec : Codec.values()) {
      MemoryStore fresh = new MemoryStore();
      VolumeOptions options = Samples.options(codec, VOLUME);
      Artifact artifact = write(options, XOR, fresh, bytes);
      try (VolumeReader reader = new VolumeReader(options, XOR, fresh)) {
        assertThat(read(reader, artifact, 0)).isEqualTo(bytes);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void volumesLargerThanTheFirstBufferGrow(Codec codec) throws Exception {
    VolumeOptions options = Samples.options(codec, 1 << 20);
    for (int size : new int[] {1 << 18, (1 << 18) + 1, (1 << 20) - 1, 1 << 20, (3 << 20) + 1}) {
      MemoryStore fresh = new MemoryStore();
      byte[] bytes = Samples.bytes(size, size);
      Artifact artifact = write(options, Samples.PLAIN, fresh, bytes);
      try (VolumeReader reader = new VolumeReader(options, Samples.PLAIN, fresh)) {
        assertThat(read(reader, artifact, 0)).isEqualTo(bytes);
      }
    }
  }

  @Test
  void readingMayBeginAnywhere() throws Exception {
    VolumeOptions options = Samples.options(Codec.ZSTD, VOLUME);
    byte[] bytes = Samples.bytes(5 * VOLUME + 77, 3);
    Artifact artifact = write(options, XOR, store, bytes);
    try (VolumeReader reader = new VolumeReader(options, XOR, store)) {
      for (int offset : new int[] {1, VOLUME - 1, VOLUME, 3 * VOLUME + 5, bytes.length}) {
        assertThat(read(reader, artifact, offset))
            .isEqualTo(Arrays.copyOfRange(bytes, offset, bytes.length));
      }
      assertThatThrownBy(() -> reader.open(artifact, bytes.length + 1L))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void skippingAndReadingSingleBytesKeepTheirPlace() throws Exception {
    VolumeOptions options = Samples.options(Codec.ZSTD, 1000);
    byte[] bytes = Samples.bytes(10_500, 4);
    Artifact artifact = write(options, XOR, store, bytes);
    try (VolumeReader reader = new VolumeReader(options, XOR, store);
        InputStream in = reader.open(artifact, 10)) {
      assertThat(in.read()).isEqualTo(bytes[10] & 0xff);
      assertThat(in.skip(4321)).isEqualTo(4321);
      assertThat(in.readNBytes(3000)).isEqualTo(Arrays.copyOfRange(bytes, 4332, 7332));
      assertThat(in.skip(1_000_000)).isEqualTo(bytes.length - 7332);
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void manyStreamsAndParallelReadsShareTheWorkers() throws Exception {
    VolumeOptions options = Samples.options(Codec.ZSTD, 1000);
    byte[] bytes = Samples.bytes(20_500, 5);
    Artifact artifact = write(options, XOR, store, bytes);
    try (VolumeReader reader = new VolumeReader(options, XOR, store)) {
      List<InputStream> streams = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        streams.add(reader.open(artifact, 0));
      }
      reader.readParallel(
          artifact,
          (offset, chunk) -> {
            // Reads from within a worker, while more streams are open than there are workers.
            try (InputStream in = reader.open(artifact, offset)) {
              assertThat(in.readNBytes(chunk.remaining())).isEqualTo(copy(chunk));
            }
          });
      for (InputStream in : streams) {
        assertThat(in.readAllBytes()).isEqualTo(bytes);
        in.close();
      }
    }
  }

  @Test
  void artifactsMayBeOpenAtOnceAndTellWhatTheyDo() throws Exception {
    byte[] base = Samples.bytes(5 * VOLUME + 1, 6);
    byte[] wal = Samples.bytes(3 * VOLUME, 7);
    AtomicLong progress = new AtomicLong();
    List<IndexEntry> index = new ArrayList<>();
    List<Artifact> finished = new ArrayList<>();
    IndexEntry entry = new IndexEntry("PG_VERSION", IndexEntry.Type.FILE, 0600, 512, 3, "");
    VolumeOptions options = Samples.options(Codec.ZSTD, VOLUME);
    try (VolumeWriter writer = new VolumeWriter(options, XOR, store);
        ArtifactStream first =
            writer.create(
                new ArtifactTarget(
                    Samples.FOLDER,
                    "base",
                    "tar",
                    index::add,
                    progress::addAndGet,
                    finished::add,
                    volumes -> {}));
        ArtifactStream second = writer.create(target("wal", "tar", finished::add));
        ArtifactStream third = writer.create(target("backup-manifest", "", finished::add))) {
      first.index(entry);
      first.write(base, 0, 150_000);
      second.write(wal);
      assertThat(first.position()).isEqualTo(150_000);
      first.write(base, 150_000, base.length - 150_000);
      third.finish();
      second.finish();
      assertThat(finished).extracting(Artifact::name).containsExactly("backup-manifest", "wal");
      first.finish();
    }
    assertThat(index).containsExactly(entry);
    assertThat(progress).hasValue(base.length);
    assertThat(finished.get(0).volumes())
        .extracting(volume -> volume.key().value())
        .containsExactly("full-20240115-020000/postgres/backup-manifest-000001.zst.xor");
    assertThat(finished.get(1).volumes())
        .extracting(volume -> volume.key().value())
        .startsWith("full-20240115-020000/postgres/wal-000001.tar.zst.xor");
    try (VolumeReader reader = new VolumeReader(options, XOR, store)) {
      assertThat(read(reader, finished.get(0), 0)).isEmpty();
      assertThat(read(reader, finished.get(1), 0)).isEqualTo(wal);
      assertThat(read(reader, finished.get(2), 0)).isEqualTo(base);
    }
  }

  @Test
  void anArtifactIsCreatedOnce() throws Exception {
    try (VolumeWriter writer = new VolumeWriter(Samples.options(Codec.ZSTD, VOLUME), XOR, store)) {
      writer.create(target("base", "tar", artifact -> {}));
      assertThatThrownBy(() -> writer.create(target("base", "tar", artifact -> {})))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("base");
    }
  }

  @Test
  void aMachineWithLessMemoryReadsLargeVolumesOneByOne() throws Exception {
    VolumeOptions large = Samples.options(Codec.ZSTD, VOLUME);
    byte[] bytes = Samples.bytes(5 * VOLUME, 8);
    Artifact artifact = write(large, XOR, store, bytes);
    VolumeOptions small = Samples.options(Codec.GZIP, 1000);
    assertThat(small.lanes(Reading.of(artifact, ".xor"))).isEqualTo(1);
    try (VolumeReader reader = new VolumeReader(small, XOR, store)) {
      assertThat(readParallel(reader, artifact)).isEqualTo(bytes);
      assertThat(reader.allocated()).isEqualTo(VOLUME);
      assertThat(read(reader, artifact, 0)).isEqualTo(bytes);
      assertThat(reader.allocated()).isLessThanOrEqualTo(2L * VOLUME);
    }
  }

  static byte[] read(VolumeReader reader, Artifact artifact, long offset) throws IOException {
    try (InputStream in = reader.open(artifact, offset)) {
      return in.readAllBytes();
    }
  }

  private static byte[] readParallel(VolumeReader reader, Artifact artifact) throws Exception {
    byte[] bytes = new byte[(int) artifact.size()];
    AtomicLong count = new AtomicLong();
    reader.readParallel(
        artifact,
        (offset, chunk) -> {
          count.addAndGet(chunk.remaining());
          chunk.get(bytes, (int) offset, chunk.remaining());
        });
    assertThat(count).as("every byte once").hasValue(artifact.size());
    return bytes;
  }

  private static byte[] copy(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return copy;
  }
}
