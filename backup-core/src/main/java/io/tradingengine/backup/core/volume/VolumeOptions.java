package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.Compression;
import io.tradingengine.backup.Compression.Codec;
import java.util.Objects;

/**
 * How streams are cut and compressed. Immutable.
 *
 * <p>{@link Compression} says how much memory a {@link VolumeWriter} and a {@link VolumeReader}
 * hold with them at the most.
 *
 * @param codec what compresses
 * @param level 1 is fastest; ignored without compression
 * @param volumeSize the plain bytes in a volume
 * @param workers how many threads compress and encrypt, or decrypt and decompress
 */
public record VolumeOptions(Codec codec, int level, int volumeSize, int workers) {
  private static final int MOST_WORKERS = 64;

  /** Larger ones measured no faster, and cost memory. */
  private static final int LARGEST_DEFAULT = 16 << 20;

  private static final int SMALLEST_DEFAULT = 1 << 20;

  public VolumeOptions {
    Objects.requireNonNull(codec, "codec");
    if (volumeSize < 1 || volumeSize > Volume.LARGEST) {
      throw new IllegalArgumentException("not a volume size: " + volumeSize);
    }
    if (workers < 1 || workers > MOST_WORKERS) {
      throw new IllegalArgumentException("not a number of workers: " + workers);
    }
  }

  /**
   * Takes what is configured, and chooses the rest so that a writer takes no more than half of the
   * heap's size, and half of that outside the heap.
   *
   * @param maxHeap what {@link Runtime#maxMemory()} says, in bytes
   * @param processors what {@link Runtime#availableProcessors()} says
   * @param volumes how many more than its own the run holds at once: one for each open artifact,
   *     and those that wait for a destination
   */
  public static VolumeOptions from(
      Compression compression, long maxHeap, int processors, int volumes) {
    int workers = compression.workers().orElse(Math.min(processors, MOST_WORKERS));
    long volumeSize =
        compression
            .volumeSize()
            .orElseGet(() -> fitting(maxHeap / 2 / (3L * workers + 6 + volumes)));
    return new VolumeOptions(
        compression.codec(), compression.level(), Math.toIntExact(volumeSize), workers);
  }

  private static long fitting(long bytes) {
    long powerOfTwo = Long.highestOneBit(Math.max(bytes, 1));
    return Math.min(Math.max(powerOfTwo, SMALLEST_DEFAULT), LARGEST_DEFAULT);
  }

  /**
   * How many volumes of an artifact may be worked on at once: fewer than there are workers if it
   * was written with volumes so large that this machine's memory was not measured for them.
   */
  int lanes(Reading reading) {
    long budget = 2L * workers * volumeSize;
    return (int) Math.max(1, Math.min(workers, budget / Math.max(1, reading.largestPlain())));
  }
}
