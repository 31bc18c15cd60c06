package io.tradingengine.backup.core.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tradingengine.backup.Compression;
import io.tradingengine.backup.Compression.Codec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VolumeOptionsTest {
  private static final int MIB = 1 << 20;

  @ParameterizedTest
  @CsvSource({
    "256, 2, 2, 8",
    "256, 2, 4, 8",
    "256, 2, 5, 4",
    "512, 2, 2, 16",
    "4096, 2, 8, 16",
    "256, 8, 2, 4",
    "256, 64, 2, 1",
    "16, 2, 2, 1",
    "65536, 64, 2, 16"
  })
  void volumesFitTheHeap(long heapMib, int processors, int artifacts, int volumeMib) {
    VolumeOptions options =
        VolumeOptions.from(Compression.zstd(1), heapMib * MIB, processors, artifacts);
    assertThat(options).isEqualTo(new VolumeOptions(Codec.ZSTD, 1, volumeMib * MIB, processors));
  }

  @Test
  void whatIsGivenIsTaken() {
    Compression given = Compression.gzip(6).volumeSize(64 * MIB).workers(3);
    assertThat(VolumeOptions.from(given, 256 * MIB, 2, 2))
        .isEqualTo(new VolumeOptions(Codec.GZIP, 6, 64 * MIB, 3));
  }

  @Test
  void nonsenseIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VolumeOptions(Codec.ZSTD, 1, 0, 1))
        .withMessageContaining("volume size");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VolumeOptions(Codec.ZSTD, 1, MIB, 0))
        .withMessageContaining("workers");
  }
}
