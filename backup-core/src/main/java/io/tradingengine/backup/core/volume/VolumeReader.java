package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.spi.Captured.ChunkConsumer;
import io.tradingengine.backup.spi.Encryptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads artifacts back from their volumes, which it fetches, checks, decrypts and decompresses on
 * several workers. Nothing of a volume is handed out before all of it was checked. Safe for
 * concurrent use, the streams each by one thread at a time.
 *
 * <p>Whatever is wrong with an object, whichever layer finds it, is an {@link
 * io.tradingengine.backup.IntegrityException} that names its key. An {@link IOException} says that
 * an object could not be read, which may pass.
 *
 * <p>What compressed a volume is told by its name, so artifacts written with other options can be
 * read; of the options, only workers and the volume size (as a measure of memory) count here.
 */
public final class VolumeReader implements AutoCloseable {
  private final VolumeOptions options;
  private final Encryptor encryptor;
  private final Decoders decoders;
  private final DirectBuffers buffers = new DirectBuffers();
  private final ThreadsAtWork decoding = new ThreadsAtWork();
  private final Collection<Thread> threads = new ConcurrentLinkedQueue<>();
  private final ThreadPoolExecutor workers;

  /** Threads are started when there is something to read. */
  public VolumeReader(VolumeOptions options, Encryptor encryptor, ObjectReader objects) {
    this.options = options;
    this.encryptor = encryptor;
    this.decoders = new Decoders(() -> new VolumeDecoder(encryptor, objects));
    AtomicInteger number = new AtomicInteger();
    this.workers =
        new ThreadPoolExecutor(
            options.workers(),
            options.workers(),
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = WorkerThreads.create(task, "backup-read-" + number.incrementAndGet());
              threads.add(thread);
              return thread;
            });
  }

  /**
   * The plain stream of an artifact from {@code offset} on, in order, with as many volumes read
   * ahead as there are workers. Reading throws an {@link java.io.InterruptedIOException} when its
   * thread is interrupted while it waits.
   *
   * @param offset from 0 to the artifact's size
   * @throws IOException if the reader is closed
   */
  public InputStream open(Artifact artifact, long offset) throws IOException {
    if (offset < 0 || offset > artifact.size()) {
      throw new IllegalArgumentException(
          "artifact " + artifact.name() + " has " + artifact.size() + " bytes, none at " + offset);
    }
    Reading reading = Reading.of(artifact, encryptor.suffix());
    return new ArtifactInput(this, reading, offset, options.lanes(reading));
  }

  /**
   * Reads a whole artifact, with the calling thread as one of the workers.
   *
   * @param consumer is called concurrently, in no order, once for each volume that is not empty; it
   *     is interrupted when another call has failed
   * @throws IOException what the consumer threw, or if an object cannot be read
   * @throws InterruptedException if the calling thread was interrupted; all calls have returned
   */
  public void readParallel(Artifact artifact, ChunkConsumer consumer)
      throws IOException, InterruptedException {
    Reading reading = Reading.of(artifact, encryptor.suffix());
    ParallelRead read = new ParallelRead(this, reading, consumer);
    read.runAndWait(Math.min(options.lanes(reading), reading.count()));
  }

  /**
   * Reads a volume's object and compares it with what was written, without decoding it.
   *
   * @throws io.tradingengine.backup.IntegrityException if no copy is what was written
   * @throws IOException if it cannot be read; trying again may help
   */
  public void check(Volume volume) throws IOException {
    if (!decoding.enter()) {
      throw Decoders.closed(null);
    }
    try {
      VolumeDecoder decoder = decoders.take();
      try {
        decoder.check(volume);
      } finally {
        decoders.giveBack(decoder);
      }
    } finally {
      decoding.leave();
    }
  }

  ReadAhead readAhead(Reading reading, int index) throws IOException {
    ReadAhead task = new ReadAhead(this, reading, index);
    execute(task);
    return task;
  }

  /** Has a worker do it, unless the reader is closed. */
  void execute(Runnable task) throws IOException {
    try {
      workers.execute(task);
    } catch (RejectedExecutionException e) {
      throw Decoders.closed(e);
    }
  }

  /** A buffer with a volume's plain bytes, which the caller {@linkplain #giveBack gives back}. */
  ByteBuffer decode(Reading reading, int index) throws IOException {
    Codec codec = reading.codec(index);
    if (!decoding.enter()) {
      throw Decoders.closed(null);
    }
    try {
      return decode(reading, reading.volume(index), codec);
    } catch (Throwable e) {
      if (decoders.isClosed()) {
        throw Decoders.closed(e);
      }
      throw e;
    } finally {
      decoding.leave();
    }
  }

  private ByteBuffer decode(Reading reading, Volume volume, Codec codec) throws IOException {
    VolumeDecoder decoder = decoders.take();
    try {
      decoder.reserve(reading.largestStored());
      ByteBuffer plain = buffers.take(reading.largestPlain());
      try {
        decoder.decode(volume, codec, plain);
        return plain;
      } catch (Throwable e) {
        buffers.giveBack(plain);
        throw e;
      }
    } finally {
      decoders.giveBack(decoder);
    }
  }

  void giveBack(ByteBuffer plain) {
    buffers.giveBack(plain);
  }

  /** All direct memory, in bytes, that plain volumes were ever given. */
  long allocated() {
    return buffers.allocated();
  }

  /**
   * Stops everything, from whatever thread; streams that are still open fail. On return the workers
   * have ended, unless one of them made the call.
   */
  @Override
  public void close() {
    decoders.close();
    workers.shutdownNow();
    decoding.stop();
    WorkerThreads.join(threads);
  }
}
