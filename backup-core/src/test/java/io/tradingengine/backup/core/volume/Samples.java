package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.core.openpgp.NoEncryptionProvider;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What the tests of this package write. */
final class Samples {
  static final ObjectKey FOLDER = new ObjectKey("full-20240115-020000/postgres");

  /** Leaves everything as it is. */
  static final Encryptor PLAIN =
      new NoEncryptionProvider().open(Settings.of("none"), Optional.empty());

  private Samples() {}

  /** A sink that puts nothing, but fails. */
  static ObjectSink failing(Throwable failure) {
    return (key, content) -> WorkerThreads.rethrow(failure);
  }

  /** A sink that puts nothing, but waits until it is interrupted. */
  static ObjectSink stuck(CountDownLatch begun) {
    return (key, content) -> {
      begun.countDown();
      try {
        TimeUnit.MINUTES.sleep(5);
      } catch (InterruptedException e) {
        throw new InterruptedIOException("put was interrupted");
      }
    };
  }

  /** Bytes of which about half compress. */
  static byte[] bytes(int size, long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[size];
    byte[] noise = new byte[64];
    for (int at = 0; at < size; at += 128) {
      random.nextBytes(noise);
      System.arraycopy(noise, 0, bytes, at, Math.min(noise.length, size - at));
    }
    return bytes;
  }

  static byte[] noise(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  static VolumeOptions options(Codec codec, int volumeSize) {
    return new VolumeOptions(codec, 1, volumeSize, 2);
  }

  static ArtifactTarget target(String name, String extension, Consumer<Artifact> onFinished) {
    return target(name, extension, onFinished, volumes -> {});
  }

  static ArtifactTarget target(
      String name,
      String extension,
      Consumer<Artifact> onFinished,
      Consumer<List<Volume>> onAbandoned) {
    return new ArtifactTarget(
        FOLDER, name, extension, entry -> {}, bytes -> {}, onFinished, onAbandoned);
  }

  /** Writes one artifact named base, in strokes of different kinds and sizes. */
  static Artifact write(VolumeOptions options, Encryptor encryptor, ObjectSink sink, byte[] bytes)
      throws IOException {
    List<Artifact> finished = new ArrayList<>();
    try (VolumeWriter writer = new VolumeWriter(options, encryptor, sink);
        ArtifactStream out = writer.create(target("base", "tar", finished::add))) {
      writeAll(out, bytes);
      out.finish();
    }
    return finished.get(0);
  }

  static void writeAll(ArtifactStream out, byte[] bytes) throws IOException {
    int at = 0;
    for (int stroke = 0; at < bytes.length; stroke++) {
      int count = Math.min(bytes.length - at, stroke % 3 == 0 ? 1 : 997 * stroke);
      switch (stroke % 4) {
        case 0 -> out.write(bytes[at]);
        case 1 -> out.write(bytes, at, count);
        case 2 -> out.write(ByteBuffer.wrap(bytes, at, count));
        default -> out.write(ByteBuffer.allocateDirect(count).put(bytes, at, count).flip());
      }
      at += stroke % 4 == 0 ? 1 : count;
    }
  }
}
