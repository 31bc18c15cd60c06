package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes artifacts as volumes: each is compressed, encrypted and hashed on one of several workers,
 * and then put. Several artifacts may be open at once; they share the workers. Safe for concurrent
 * use, the streams each by one thread at a time.
 *
 * <p>The first failure of any stage stops everything. From then on every call of the writer and of
 * its streams throws an {@link IOException} whose cause is that failure. A thread that is
 * interrupted while it waits in a stream stops everything as well, and gets a {@link
 * java.io.InterruptedIOException} with its interrupt flag set. A stream that is closed before it is
 * finished or abandoned is such a failure, too.
 *
 * <p>Memory is bounded as {@link VolumeOptions} says. It is direct memory for the most part, which
 * the collector takes back some time after the writer was closed; so keep a writer for a whole
 * backup rather than making one for each artifact.
 */
public final class VolumeWriter implements AutoCloseable {
  private final VolumeOptions options;
  private final Encryptor encryptor;
  private final Pipeline pipeline;
  private final Set<ObjectKey> created = new HashSet<>();

  /** Starts the workers, with two threads that put. */
  public VolumeWriter(VolumeOptions options, Encryptor encryptor, ObjectSink sink) {
    this(options, encryptor, sink, 2);
  }

  /**
   * Starts the workers.
   *
   * @param putters how many threads put at the same time, so that a store which waits for its disk
   *     or its network does not keep the workers waiting
   */
  public VolumeWriter(VolumeOptions options, Encryptor encryptor, ObjectSink sink, int putters) {
    this.options = options;
    this.encryptor = encryptor;
    this.pipeline = new Pipeline(options, sink);
    pipeline.start(putters);
  }

  /**
   * Begins an artifact.
   *
   * @throws IllegalArgumentException if there is already an artifact of that name in that folder
   * @throws IOException if the keys cannot be used, or the writer has stopped
   */
  public ArtifactStream create(ArtifactTarget target) throws IOException {
    pipeline.check();
    synchronized (created) {
      if (!created.add(target.folder().resolve(target.name()))) {
        throw new IllegalArgumentException(
            "artifact " + target.folder() + "/" + target.name() + " is created twice");
      }
    }
    return new VolumeStream(pipeline, options, target, encryptor);
  }

  /**
   * Throws why the writer has stopped, if it has: also when nobody has written since then.
   *
   * @throws IOException if anything failed, or an artifact was closed before it was finished
   */
  public void check() throws IOException {
    pipeline.check();
  }

  /** All memory, in bytes, that volumes were ever given. */
  long allocated() {
    return pipeline.allocated();
  }

  /**
   * Stops everything, from whatever thread. On return the workers have ended, and nothing is put
   * any more; artifacts that are not finished by then never will be. Called by a sink, that is on
   * one of the workers, it only tells them to end.
   */
  @Override
  public void close() {
    pipeline.close();
  }
}
