package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/**
 * Files of a folder as a capture: handed out by several threads, in pieces of random sizes and in
 * random order, from heap and from direct buffers.
 */
final class TarCaptured implements Captured {
  private static final int THREADS = 4;
  private static final int LARGEST_PIECE = 1 << 20;

  private final Map<String, Path> files = new TreeMap<>();
  private final Map<String, List<IndexEntry>> indexes = new HashMap<>();
  private final Map<String, String> attributes = new TreeMap<>();
  private int largestPiece = LARGEST_PIECE;
  private BackupId id = BackupId.parse("full-20240115-020000");

  private TarCaptured() {}

  /** Nothing yet. */
  static TarCaptured empty() {
    return new TarCaptured();
  }

  /** What pg_basebackup 15 wrote; attributes that cannot be known are added later. */
  static TarCaptured ofBaseBackup(Path folder) throws IOException {
    TarCaptured captured = new TarCaptured();
    try (var entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        captured.add(entry);
      }
    }
    Path manifest = captured.files.get(ContentsReader.MANIFEST);
    ServerManifest.WalRange wal =
        ServerManifest.parse(Files.readAllBytes(manifest)).walRanges().get(0);
    return captured
        .with("server-version", "15.19")
        .with("server-version-num", "150019")
        .with("start-lsn", wal.start().toString())
        .with("stop-lsn", wal.end().toString())
        .with("wal-segment-size", Integer.toString(16 << 20))
        .with("setting.max_connections", "123");
  }

  /** What our own capture wrote. */
  static TarCaptured of(FolderSink sink, SourceState state) {
    TarCaptured captured = new TarCaptured();
    sink.index.forEach(
        (name, index) -> {
          Path tar = sink.file(name + ".tar");
          captured.files.put(name, Files.exists(tar) ? tar : sink.file(name));
          captured.indexes.put(name, index);
        });
    captured.attributes.putAll(state.attributes());
    return captured;
  }

  private void add(Path file) throws IOException {
    switch (file.getFileName().toString()) {
      case "base.tar" -> add("base", file);
      case "pg_wal.tar" -> add("wal", file);
      case "backup_manifest" -> files.put("backup-manifest", file);
      case "configuration.tar" -> add("configuration", file);
      default -> add("tablespace-" + file.getFileName().toString().replace(".tar", ""), file);
    }
  }

  private void add(String name, Path tar) throws IOException {
    List<IndexEntry> index = new ArrayList<>();
    try (TarFile archive = new TarFile(tar.toFile())) {
      for (TarArchiveEntry entry : archive.getEntries()) {
        IndexEntry.Type type =
            entry.isDirectory()
                ? IndexEntry.Type.DIRECTORY
                : entry.isSymbolicLink() ? IndexEntry.Type.SYMLINK : IndexEntry.Type.FILE;
        index.add(
            new IndexEntry(
                entry.getName(),
                type,
                entry.getMode() & 07777,
                entry.getDataOffset(),
                entry.getSize(),
                entry.getLinkName()));
      }
    }
    files.put(name, tar);
    indexes.put(name, index);
  }

  /** Adds an artifact. */
  TarCaptured with(String artifact, Path file, List<IndexEntry> index) {
    files.put(artifact, file);
    indexes.put(artifact, new ArrayList<>(index));
    return this;
  }

  /** Hands out in pieces of at most so many bytes. */
  TarCaptured inPieces(int largest) {
    largestPiece = largest;
    return this;
  }

  TarCaptured named(String backup) {
    id = BackupId.parse(backup);
    return this;
  }

  Path file(String artifact) {
    return files.get(artifact);
  }

  TarCaptured without(String attribute) {
    attributes.remove(attribute);
    return this;
  }

  TarCaptured with(String attribute, String value) {
    attributes.put(attribute, value);
    return this;
  }

  @Override
  public BackupId backupId() {
    return id;
  }

  @Override
  public SourceState state() {
    return new SourceState(Instant.EPOCH, attributes);
  }

  @Override
  public List<ArtifactInfo> artifacts() {
    return files.entrySet().stream()
        .map(
            file -> {
              long size = file.getValue().toFile().length();
              return new ArtifactInfo(file.getKey(), "", size, size);
            })
        .toList();
  }

  @Override
  public List<IndexEntry> index(String artifact) {
    return indexes.get(artifact);
  }

  @Override
  public InputStream open(String artifact, long offset) throws IOException {
    InputStream in = Files.newInputStream(files.get(artifact));
    in.skipNBytes(offset);
    return in;
  }

  @Override
  public void readParallel(String artifact, ChunkConsumer consumer)
      throws IOException, InterruptedException {
    Random random = new Random(artifact.hashCode());
    List<Long> cuts = new ArrayList<>();
    long size = Files.size(files.get(artifact));
    for (long at = 0; at < size; at += 1 + random.nextInt(largestPiece)) {
      cuts.add(at);
    }
    cuts.add(size);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i + 1 < cuts.size(); i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (FileChannel in = FileChannel.open(files.get(artifact))) {
      List<Future<?>> results = new ArrayList<>();
      for (int i : order) {
        results.add(
            threads.submit(
                () -> {
                  hand(in, cuts.get(i), (int) (cuts.get(i + 1) - cuts.get(i)), consumer);
                  return null;
                }));
      }
      for (Future<?> result : results) {
        result.get();
      }
    } catch (ExecutionException e) {
      threads.shutdownNow();
      rethrow(e.getCause());
    } finally {
      threads.shutdown();
      while (!threads.isTerminated()) {
        Thread.sleep(5);
      }
    }
  }

  private static void hand(FileChannel in, long offset, int length, ChunkConsumer consumer)
      throws IOException {
    ByteBuffer piece =
        length % 2 == 0 ? ByteBuffer.allocate(length) : ByteBuffer.allocateDirect(length);
    while (piece.hasRemaining() && in.read(piece, offset + piece.position()) >= 0) {
      // reads on
    }
    consumer.accept(offset, piece.flip());
  }

  private static void rethrow(Throwable failure) throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    throw new UncheckedIOException(new IOException(failure));
  }
}
