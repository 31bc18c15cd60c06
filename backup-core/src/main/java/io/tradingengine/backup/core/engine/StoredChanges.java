package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.core.archive.PieceKeys;
import io.tradingengine.backup.spi.Changes;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The archived changes of one source, listed once. Thread-safe. */
final class StoredChanges implements Changes {
  private final PieceKeys keys;
  private final LogObjects objects;
  private @Nullable NavigableMap<String, List<ObjectKey>> pieces;

  StoredChanges(PieceKeys keys, LogObjects objects) {
    this.keys = keys;
    this.objects = objects;
  }

  @Override
  public NavigableSet<String> names() throws IOException {
    return new TreeSet<>(pieces().keySet());
  }

  private synchronized NavigableMap<String, List<ObjectKey>> pieces() throws IOException {
    NavigableMap<String, List<ObjectKey>> known = pieces;
    if (known == null) {
      known = keys.pieces(objects.list(keys.root()).stream().map(ObjectInfo::key).toList());
      pieces = known;
    }
    return known;
  }

  @Override
  public InputStream open(String name) throws IOException {
    List<ObjectKey> parts = pieces().get(name);
    if (parts == null) {
      throw new NoSuchFileException(keys.root() + name, null, "is in no destination");
    }
    return new PartsStream(new ArrayDeque<>(parts));
  }

  /** Reads the parts of a piece, one after another. */
  private final class PartsStream extends InputStream {
    private final Deque<ObjectKey> rest;
    private LogObjects.@Nullable Decoded current;

    PartsStream(Deque<ObjectKey> parts) {
      this.rest = parts;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      LogObjects.Decoded part = current;
      while (part == null || !part.bytes().hasRemaining()) {
        close();
        ObjectKey next = rest.poll();
        if (next == null) {
          return -1;
        }
        part = objects.decode(next);
        current = part;
      }
      int count = Math.min(length, part.bytes().remaining());
      part.bytes().get(into, offset, count);
      return count;
    }

    @Override
    public void close() {
      LogObjects.Decoded part = current;
      if (part != null) {
        current = null;
        part.close();
      }
    }
  }

  /** What each source's changes are, opened once. */
  static final class All {
    private final LogObjects objects;
    private final Map<PieceKeys, StoredChanges> known = new ConcurrentHashMap<>();

    All(LogObjects objects) {
      this.objects = objects;
    }

    StoredChanges of(String type, String name) {
      return known.computeIfAbsent(
          PieceKeys.of(type, name), keys -> new StoredChanges(keys, objects));
    }
  }
}
