package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Changes;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** Fetches the log that a recovery replays into the data directory, several segments at a time. */
final class LogFetch {
  private static final int MOST_THREADS = 4;
  private static final int PIECE = 1 << 16;

  private final Changes changes;
  private final int segmentSize;
  private final FileRights rights;

  LogFetch(Changes changes, int segmentSize, FileRights rights) {
    this.changes = changes;
    this.segmentSize = segmentSize;
    this.rights = rights;
  }

  /**
   * Fetches all that a plan names. On return it is durable.
   *
   * @param root the data directory under construction
   * @param progress told of bytes done since it was last told
   */
  void fetch(WalPlan plan, Path root, LongConsumer progress)
      throws IOException, InterruptedException {
    Path folder = root.resolve(RecoverySettings.FOLDER);
    rights.createFolders(folder);
    StringBuilder names = new StringBuilder();
    for (Map.Entry<Long, String> history : plan.histories().entrySet()) {
      String name = WalSegments.timeline(history.getKey()) + ".history";
      names.append(name).append('\n');
      try (InputStream in = changes.open(history.getValue())) {
        Durable.write(folder.resolve(name), in.readAllBytes(), rights);
      }
    }
    plan.segments().forEach(segment -> names.append(segment.name()).append('\n'));
    Durable.write(
        folder.resolve(RecoverySettings.NAMES),
        names.toString().getBytes(StandardCharsets.US_ASCII),
        rights);
    fetchSegments(plan.segments(), folder, progress);
    Durable.sync(folder);
  }

  private void fetchSegments(List<WalPlan.Segment> segments, Path folder, LongConsumer progress)
      throws IOException, InterruptedException {
    int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "backup-fetch-log");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<?>> fetched = new ArrayList<>();
      for (WalPlan.Segment segment : segments) {
        fetched.add(
            pool.submit(
                () -> {
                  fetch(segment, folder.resolve(segment.name()));
                  progress.accept(segment.length());
                  return segment;
                }));
      }
      for (Future<?> each : fetched) {
        await(each);
      }
    } finally {
      end(pool);
    }
  }

  /** Whatever it was about to write, it must not do so any more when this returns. */
  private static void end(ExecutorService pool) {
    pool.shutdownNow();
    boolean interrupted = false;
    while (!pool.isTerminated()) {
      try {
        pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(Future<?> fetched) throws IOException, InterruptedException {
    try {
      fetched.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException failure) {
        throw failure;
      } else if (cause instanceof RuntimeException failure) {
        throw failure;
      } else if (cause instanceof Error failure) {
        throw failure;
      }
      throw new IOException(cause);
    }
  }

  private void fetch(WalPlan.Segment segment, Path file) throws IOException {
    try (FileChannel channel = rights.createFile(file)) {
      byte[] bytes = new byte[PIECE];
      long written = 0;
      for (String piece : segment.pieces()) {
        written = append(piece, segment, channel, written, bytes);
      }
      if (written < segment.length()) {
        throw new IntegrityException(
            segment.pieces().toString(),
            "has " + written + " bytes of the segment, expected " + segment.length(),
            null);
      }
      fill(channel, written, bytes);
      channel.force(true);
    }
  }

  /** Appends what a piece has beyond what is there: slices may overlap. */
  private long append(
      String piece, WalPlan.Segment segment, FileChannel channel, long written, byte[] bytes)
      throws IOException {
    MessageDigest digest = Sha256.newDigest();
    WalName.Piece kind = WalName.parse(piece).orElseThrow().piece();
    long at = kind instanceof WalName.Slice slice ? slice.from() : 0;
    long end = written;
    try (InputStream in = changes.open(piece)) {
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        digest.update(bytes, 0, count);
        int skip = (int) Math.min(count, Math.max(0, end - at));
        int take = (int) Math.max(0, Math.min(count - skip, segment.length() - (at + skip)));
        write(channel, at + skip, ByteBuffer.wrap(bytes, skip, take));
        at += count;
        end = Math.max(end, Math.min(at, segment.length()));
      }
    }
    check(piece, kind, at, digest);
    return end;
  }

  private void check(String piece, WalName.Piece kind, long end, MessageDigest digest) {
    boolean right =
        kind instanceof WalName.Whole whole
            ? end == segmentSize && HistoryFile.digest(Sha256.from(digest)).equals(whole.digest())
            : kind instanceof WalName.Slice slice && end == slice.to();
    if (!right) {
      throw new IntegrityException(piece, "is not what its name says", null);
    }
  }

  /** The rest is zeros, as PostgreSQL has it where nothing was written yet. */
  private void fill(FileChannel channel, long from, byte[] bytes) throws IOException {
    Arrays.fill(bytes, (byte) 0);
    for (long at = from; at < segmentSize; ) {
      int count = (int) Math.min(bytes.length, segmentSize - at);
      write(channel, at, ByteBuffer.wrap(bytes, 0, count));
      at += count;
    }
  }

  private static void write(FileChannel channel, long at, ByteBuffer bytes) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }
}
