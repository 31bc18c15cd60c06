package io.tradingengine.backup.core.files;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.Changes;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Keeps pieces in memory, as a spool and its destinations would, and gives them back. */
final class MemorySink implements ChangeSink, Changes {
  final Map<String, byte[]> pieces = new TreeMap<>();
  final List<Piece> stored = new ArrayList<>();
  final Map<String, Finding> findings = new TreeMap<>();
  private final Path folder;
  private boolean failing;

  MemorySink(Path folder) {
    this.folder = folder;
  }

  /** Whether storing fails from now on. */
  void fail(boolean fails) {
    failing = fails;
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public NavigableSet<String> names() {
    return new TreeSet<>(pieces.keySet());
  }

  @Override
  public InputStream open(String name) throws IOException {
    byte[] bytes = pieces.get(name);
    if (bytes == null) {
      throw new NoSuchFileException(name);
    }
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public void store(Piece piece) throws IOException {
    if (failing) {
      throw new IOException("the spool is broken");
    }
    if (pieces.containsKey(piece.name())) {
      return;
    }
    byte[] bytes = new byte[(int) (piece.to() - piece.from())];
    try (RandomAccessFile file = new RandomAccessFile(piece.file().toFile(), "r")) {
      file.seek(piece.from());
      file.readFully(bytes);
    }
    pieces.put(piece.name(), bytes);
    stored.add(piece);
  }

  @Override
  public void ready() {}

  @Override
  public void report(Finding finding) {
    findings.put(finding.subject(), finding);
  }

  @Override
  public void clear(String subject) {
    findings.remove(subject);
  }

  @Override
  public void fullBackupDue(String reason) {
    throw new AssertionError("versions need no backup: " + reason);
  }

  @Override
  public Optional<SourceState> newestCapture() {
    return Optional.empty();
  }

  @Override
  public void following() {}

  @Override
  public void awaitRoom() {}

  @Override
  public void archived(StreamPosition position) {}
}
