package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How streams are cut and compressed. Immutable; each method returns new settings.
 *
 * <p>Memory is bounded whatever the size of the data. With W workers, a backup that has A artifacts
 * open at once holds at the most {@code (A + 2 W + 2) × volume size} outside the heap, and in the
 * heap {@code (W + 4) ×} the size of a stored volume, which is about the volume size for data that
 * does not compress, and usually a third of it. Where there are several destinations, each holds
 * {@code parallel + 2} stored volumes more, however slow it is. A restore holds, for each artifact
 * that it reads in parallel, W plain and W stored volumes outside the heap and W stored ones in it;
 * for each open stream one plain volume more. Small artifacts take only what they need.
 *
 * <p>Unless they are given here, workers and volume size follow from the processors and the heap,
 * so that a backup takes no more than half of the heap's size.
 */
public final class Compression {
  static final SettingsKey<Codec> CODEC =
      SettingsKey.choice("codec", Codec.class).orElse(Codec.ZSTD).doc("How volumes are compressed");
  static final SettingsKey<Integer> LEVEL =
      SettingsKey.integer("level", 1, 22).orElse(1).doc("1 is fastest; zstd to 22, gzip to 9");
  static final SettingsKey<Long> VOLUME_SIZE =
      SettingsKey.size("volume-size").doc("Plain bytes in a volume; 1MiB to 256MiB");
  static final SettingsKey<Integer> WORKERS =
      SettingsKey.integer("workers", 1, 64).doc("Threads that compress and encrypt");

  private static final long SMALLEST_VOLUME = 1L << 20;
  private static final long LARGEST_VOLUME = 256L << 20;

  private final Settings settings;

  private Compression(Settings settings) {
    this.settings = settings;
  }

  /** What compresses. */
  public enum Codec {
    ZSTD,
    GZIP,
    NONE
  }

  /** zstd at a level from 1, the fastest, to 22. */
  public static Compression zstd(int level) {
    return of(Codec.ZSTD).with("level", level);
  }

  /** gzip at a level from 1, the fastest, to 9. */
  public static Compression gzip(int level) {
    return of(Codec.GZIP).with("level", level);
  }

  /** No compression. */
  public static Compression none() {
    return of(Codec.NONE);
  }

  private static Compression of(Codec codec) {
    return from(Settings.of("compression")).with("codec", codec);
  }

  static Compression from(Settings settings) {
    return new Compression(settings);
  }

  private Compression with(String key, Object value) {
    return new Compression(settings.with(key, value));
  }

  /** Plain bytes in a volume, from 1 MiB to 256 MiB. */
  public Compression volumeSize(long bytes) {
    return with("volume-size", Long.toString(bytes));
  }

  /** Threads that compress and encrypt, from 1 to 64. */
  public Compression workers(int threads) {
    return with("workers", threads);
  }

  List<String> validate() {
    List<String> problems =
        new ArrayList<>(settings.validate(List.of(CODEC, LEVEL, VOLUME_SIZE, WORKERS)));
    if (problems.isEmpty()) {
      if (codec() == Codec.GZIP && level() > 9) {
        problems.add(settings.place() + ".level: is " + level() + ", gzip knows 1 to 9");
      }
      volumeSize()
          .ifPresent(
              size -> {
                if (size < SMALLEST_VOLUME || size > LARGEST_VOLUME) {
                  problems.add(
                      settings.place() + ".volume-size: is " + size + ", expected 1MiB to 256MiB");
                }
              });
    }
    return problems;
  }

  public Codec codec() {
    return settings.get(CODEC);
  }

  /** The codec's level. */
  public int level() {
    return settings.get(LEVEL);
  }

  /** Plain bytes in a volume, if given. */
  public OptionalLong volumeSize() {
    return settings.find(VOLUME_SIZE).stream().mapToLong(Long::longValue).findFirst();
  }

  /** Threads, if given. */
  public OptionalInt workers() {
    return settings.find(WORKERS).stream().mapToInt(Integer::intValue).findFirst();
  }
}
