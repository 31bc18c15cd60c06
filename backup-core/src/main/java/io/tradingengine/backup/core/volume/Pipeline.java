package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.Encryptor.Sealer;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads behind all artifacts of one {@link VolumeWriter}: workers that compress, encrypt and
 * hash, and others that put, so that a store which waits for its disk does not keep the workers
 * waiting. The first failure stops all of them. Safe for concurrent use.
 */
final class Pipeline {
  private static final int QUEUE = 2;

  private final VolumeOptions options;
  private final ObjectSink sink;
  private final DirectBuffers buffers = new DirectBuffers();
  private final Pieces pieces = new Pieces();
  private final Conveyor<CutVolume> cut = new Conveyor<>(QUEUE);
  private final Conveyor<SealedVolume> sealed = new Conveyor<>(QUEUE);
  private final CompletableFuture<Failure> failure = new CompletableFuture<>();
  private final List<Thread> threads = new ArrayList<>();

  Pipeline(VolumeOptions options, ObjectSink sink) {
    this.options = options;
    this.sink = sink;
  }

  /**
   * A piece of an artifact on its way in.
   *
   * @param plain from the pool of plain buffers, which it goes back to
   * @param put completed once the volume is put, and never if anything fails
   */
  record CutVolume(
      ObjectKey key,
      long offset,
      ByteBuffer plain,
      Sealer sealer,
      LongConsumer progress,
      CompletableFuture<Volume> put) {}

  private record SealedVolume(
      Volume volume, StoredBytes bytes, LongConsumer progress, CompletableFuture<Volume> put) {}

  /** Starts the threads. */
  void start(int putters) {
    for (int i = 1; i <= options.workers(); i++) {
      threads.add(WorkerThreads.create(this::sealAll, "backup-seal-" + i));
    }
    for (int i = 1; i <= putters; i++) {
      threads.add(WorkerThreads.create(this::putAll, "backup-put-" + i));
    }
    threads.forEach(Thread::start);
  }

  DirectBuffers buffers() {
    return buffers;
  }

  /** All bytes of memory that volumes were ever given here; they are used again and again. */
  long allocated() {
    return buffers.allocated() + pieces.allocated();
  }

  /** Hands a volume to the workers, and waits while they have enough. */
  void submit(CutVolume volume) throws IOException {
    try {
      if (!cut.put(volume)) {
        throw failure.join().toException();
      }
    } catch (InterruptedException e) {
      throw interrupted("volume " + volume.key() + " was not taken on", e);
    }
  }

  /** Waits until the volumes are put, and returns them in the given order. */
  List<Volume> await(List<CompletableFuture<Volume>> volumes) throws IOException {
    try {
      CompletableFuture.anyOf(
              failure, CompletableFuture.allOf(volumes.toArray(CompletableFuture<?>[]::new)))
          .get();
    } catch (InterruptedException e) {
      throw interrupted("the last volumes were not waited for", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a volume's completion cannot fail", e);
    }
    check();
    return volumes.stream().map(CompletableFuture::join).toList();
  }

  private InterruptedIOException interrupted(String what, InterruptedException cause) {
    Thread.currentThread().interrupt();
    fail(what, cause);
    InterruptedIOException e = new InterruptedIOException("interrupted: " + what);
    e.initCause(cause);
    return e;
  }

  /** Throws why the pipeline stopped, if it did. */
  void check() throws IOException {
    if (failure.isDone()) {
      throw failure.join().toException();
    }
  }

  /** Stops everything, for a reason that others are then told; the first reason stays. */
  void fail(String what, @Nullable Throwable cause) {
    if (failure.complete(new Failure(what, cause))) {
      cut.stop();
      sealed.stop();
      for (Thread thread : threads) {
        if (thread != Thread.currentThread()) {
          thread.interrupt();
        }
      }
    }
  }

  /** Stops everything; on return, the threads have ended and nothing is put any more. */
  void close() {
    fail("the backup was cancelled", null);
    WorkerThreads.join(threads);
  }

  private void sealAll() {
    try (Compressor compressor = Compressor.of(options.codec(), options.level())) {
      for (CutVolume volume = cut.take(); volume != null; volume = cut.take()) {
        SealedVolume done = seal(volume, compressor);
        if (done == null || !sealed.put(done)) {
          return;
        }
      }
    } catch (Throwable e) {
      fail("volumes cannot be compressed", e);
    }
  }

  private @Nullable SealedVolume seal(CutVolume cutVolume, Compressor compressor) {
    ObjectKey key = cutVolume.key();
    ByteBuffer plain = cutVolume.plain();
    long size = plain.remaining();
    try {
      Sha256 sha256 = Sha256.of(plain.duplicate());
      StoredBytes.Writer out = new StoredBytes.Writer(pieces);
      try (OutputStream message = cutVolume.sealer().encrypt(out, key.value())) {
        compressor.compress(plain, message);
      }
      buffers.giveBack(plain);
      StoredBytes bytes = out.end();
      Volume volume =
          new Volume(key, cutVolume.offset(), size, sha256, bytes.length(), bytes.sha256());
      return new SealedVolume(volume, bytes, cutVolume.progress(), cutVolume.put());
    } catch (Throwable e) {
      fail("volume " + key + " cannot be compressed and encrypted", e);
      return null;
    }
  }

  private void putAll() {
    try {
      for (SealedVolume volume = sealed.take(); volume != null; volume = sealed.take()) {
        put(volume);
      }
    } catch (Throwable e) {
      fail("volumes cannot be put", e);
    }
  }

  private void put(SealedVolume sealedVolume) {
    Volume volume = sealedVolume.volume();
    try {
      sink.put(volume.key(), sealedVolume.bytes());
      sealedVolume.bytes().release();
      sealedVolume.progress().accept(volume.size());
      sealedVolume.put().complete(volume);
    } catch (Throwable e) {
      fail("volume " + volume.key() + " cannot be put", e);
    }
  }
}
