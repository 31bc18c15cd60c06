package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.volume.ObjectEncoder;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;

/** Takes the changes of one source. Thread-safe. */
final class SourceArchive implements ChangeSink {
  private final ArchiveParts parts;
  private final String source;
  private final PieceKeys keys;
  private final Path folder;
  private final Map<String, Long> archived = new HashMap<>();
  private Runnable onReady = () -> {};
  private Runnable onFollowing = () -> {};

  SourceArchive(ArchiveParts parts, String source, PieceKeys keys) throws IOException {
    this.parts = parts;
    this.source = source;
    this.keys = keys;
    this.folder = parts.spool().source(source);
  }

  /** Who is told that there is something to cut; set once, before anything is received. */
  void onReady(Runnable listener) {
    onReady = listener;
  }

  /** Who is told that the store sends; set once, before anything is received. */
  void onFollowing(Runnable listener) {
    onFollowing = listener;
  }

  @Override
  public void following() {
    onFollowing.run();
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public NavigableSet<String> names() throws IOException {
    List<ObjectKey> found = new ArrayList<>(parts.shipping().waiting());
    IOException failure = null;
    int read = 0;
    for (Outlet outlet : parts.outlets()) {
      try {
        outlet.destination().list(keys.root()).stream().map(ObjectInfo::key).forEach(found::add);
        read++;
      } catch (IOException e) {
        failure = e;
      }
    }
    if (read == 0 && failure != null && isNew()) {
      throw new IOException(
          "no destination can be read, and so nobody knows what is archived: "
              + failure.getMessage(),
          failure);
    }
    return keys.names(found);
  }

  private boolean isNew() {
    String[] files = folder.toFile().list();
    return files == null || files.length == 0;
  }

  @Override
  public void store(Piece piece) throws IOException, InterruptedException {
    parts.shipping().awaitRoom();
    long length = piece.to() - piece.from();
    int count = (int) Math.max(1, (length + ObjectEncoder.LARGEST - 1) / ObjectEncoder.LARGEST);
    try (FileChannel file = FileChannel.open(piece.file(), StandardOpenOption.READ)) {
      for (int i = 0; i < count; i++) {
        long from = piece.from() + (long) i * ObjectEncoder.LARGEST;
        int size = (int) Math.min(ObjectEncoder.LARGEST, piece.to() - from);
        boolean last = i == count - 1;
        parts
            .encoding()
            .store(
                suffix -> keys.part(piece.name(), 1 + whole(from, piece), count, suffix),
                last ? purpose(piece) : SpooledObject.Purpose.NONE,
                (encoder, key, target) -> encoder.encode(file, from, size, key, target));
      }
    }
    piece.end().ifPresent(this::archived);
  }

  private static int whole(long from, Piece piece) {
    return (int) ((from - piece.from()) / ObjectEncoder.LARGEST);
  }

  private SpooledObject.Purpose purpose(Piece piece) {
    return new SpooledObject.Purpose(
        piece.replaces().map(keys::whole), Optional.of(keys.whole(piece.name())), Optional.empty());
  }

  @Override
  public void awaitRoom() throws InterruptedException {
    try {
      parts.shipping().awaitRoom();
    } catch (IOException e) {
      report(Finding.error(source, "its spool cannot be read: " + e.getMessage(), ""));
    }
  }

  @Override
  public void archived(StreamPosition position) {
    synchronized (archived) {
      archived.merge(
          position.stream(),
          position.offset(),
          (one, other) -> Long.compareUnsigned(one, other) >= 0 ? one : other);
    }
  }

  /** Whether all up to a position was handed over. */
  boolean reaches(StreamPosition position) {
    synchronized (archived) {
      Long offset = archived.get(position.stream());
      return offset != null && Long.compareUnsigned(offset, position.offset()) >= 0;
    }
  }

  /** How far what was handed over goes in a stream. */
  Optional<StreamPosition> archived(String stream) {
    synchronized (archived) {
      return Optional.ofNullable(archived.get(stream))
          .map(offset -> new StreamPosition(stream, offset));
    }
  }

  @Override
  public void ready() {
    onReady.run();
  }

  @Override
  public void report(Finding finding) {
    parts.alarms().report(source, finding);
  }

  @Override
  public void clear(String subject) {
    parts.alarms().clear(source, subject);
  }

  @Override
  public void fullBackupDue(String reason) {
    parts.due().because(source, reason);
  }

  @Override
  public Optional<SourceState> newestCapture() throws IOException {
    return parts.captures().newest(source);
  }
}
