package io.tradingengine.backup.core.files;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.Changes;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** Keeps pieces as files, however large, and gives them back. */
final class FolderSink implements ChangeSink, Changes {
  private final Path folder;
  private final NavigableSet<String> names = new TreeSet<>();

  FolderSink(Path folder) {
    this.folder = folder;
  }

  @Override
  public Path folder() {
    return folder.resolve("spool");
  }

  @Override
  public NavigableSet<String> names() {
    return new TreeSet<>(names);
  }

  @Override
  public InputStream open(String name) throws IOException {
    return Files.newInputStream(folder.resolve(name));
  }

  @Override
  public void store(Piece piece) throws IOException {
    Path file = folder.resolve(piece.name());
    Files.createDirectories(file.getParent());
    Files.copy(piece.file(), file);
    names.add(piece.name());
  }

  @Override
  public void ready() {}

  @Override
  public void report(Finding finding) {
    throw new AssertionError(finding);
  }

  @Override
  public void clear(String subject) {}

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
