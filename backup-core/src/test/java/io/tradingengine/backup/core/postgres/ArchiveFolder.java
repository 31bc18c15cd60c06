package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.Changes;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** An archive in a folder: a spool, and beside it what was handed over, as plain files. */
final class ArchiveFolder implements ChangeSink, Changes {
  final Map<String, Finding> findings = new ConcurrentHashMap<>();
  final List<Finding> reported = new CopyOnWriteArrayList<>();
  final List<String> fullBackupsDue = new CopyOnWriteArrayList<>();
  final List<StreamPosition> ends = new CopyOnWriteArrayList<>();
  final AtomicInteger ready = new AtomicInteger();
  volatile Optional<SourceState> capture = Optional.empty();
  private final Path spool;
  private final Path store;

  ArchiveFolder(Path root) throws IOException {
    spool = Files.createDirectories(root.resolve("spool"));
    store = Files.createDirectories(root.resolve("store"));
  }

  @Override
  public Path folder() {
    return spool;
  }

  Path file(String name) {
    return store.resolve(name);
  }

  @Override
  public NavigableSet<String> names() {
    try (Stream<Path> all = Files.walk(store)) {
      TreeSet<String> names = new TreeSet<>();
      all.filter(Files::isRegularFile)
          .filter(file -> !file.toString().endsWith(".unfinished"))
          .forEach(file -> names.add(store.relativize(file).toString()));
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void store(Piece piece) throws IOException {
    Path file = file(piece.name());
    if (!Files.exists(file)) {
      Files.createDirectories(file.getParent());
      Path unfinished = Path.of(file + ".unfinished");
      Files.write(unfinished, bytes(piece));
      Files.move(unfinished, file);
    }
    for (String name : names()) {
      if (piece.replaces().isPresent()
          && name.startsWith(piece.replaces().get())
          && !name.equals(piece.name())) {
        Files.delete(file(name));
      }
    }
    piece.end().ifPresent(ends::add);
  }

  private static byte[] bytes(Piece piece) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) (piece.to() - piece.from()));
    try (FileChannel in = FileChannel.open(piece.file())) {
      while (bytes.hasRemaining()) {
        if (in.read(bytes, piece.from() + bytes.position()) < 0) {
          throw new IOException(piece + " goes beyond the end of its file");
        }
      }
    }
    return bytes.array();
  }

  @Override
  public void ready() {
    ready.incrementAndGet();
  }

  @Override
  public void report(Finding finding) {
    findings.put(finding.subject(), finding);
    reported.add(finding);
  }

  @Override
  public void clear(String subject) {
    findings.remove(subject);
  }

  @Override
  public void fullBackupDue(String reason) {
    fullBackupsDue.add(reason);
  }

  @Override
  public Optional<SourceState> newestCapture() {
    return capture;
  }

  @Override
  public InputStream open(String name) throws IOException {
    return Files.newInputStream(file(name));
  }

  @Override
  public void following() {}

  @Override
  public void awaitRoom() {}

  @Override
  public void archived(StreamPosition position) {
    ends.add(position);
  }
}
