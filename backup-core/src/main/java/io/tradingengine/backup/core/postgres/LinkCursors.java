package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.Captured;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one artifact of each capture of a chain, mostly forwards. Few streams are open at a time:
 * each reads ahead. Not safe for concurrent use.
 */
final class LinkCursors implements Closeable {
  private static final int MOST_OPEN = 4;

  /** To read on over so many bytes takes no longer than to open the stream again behind them. */
  private static final long NEAR = 32L << 20;

  private static final float LOAD = 0.75f;

  private final List<Captured> links;
  private final String artifact;

  /** By link, the one that was used last comes last. */
  private final Map<Integer, Cursor> open = new LinkedHashMap<>(2 * MOST_OPEN, LOAD, true);

  private static final class Cursor {
    private final InputStream in;
    private long position;

    Cursor(InputStream in, long position) {
      this.in = in;
      this.position = position;
    }
  }

  /**
   * @param links the captures, the one that stands on its own first
   */
  LinkCursors(List<Captured> links, String artifact) {
    this.links = List.copyOf(links);
    this.artifact = artifact;
  }

  /**
   * Reads exactly so many bytes.
   *
   * @param link the capture's place in the chain
   * @param offset where they stand in its artifact
   * @param at where they go in {@code bytes}
   */
  void read(int link, long offset, byte[] bytes, int at, int length) throws IOException {
    if (length == 0) {
      return;
    }
    Cursor cursor = cursor(link, offset);
    cursor.in.skipNBytes(offset - cursor.position);
    if (cursor.in.readNBytes(bytes, at, length) < length) {
      throw new EOFException(
          links.get(link).backupId() + ": the artifact '" + artifact + "' ends too early");
    }
    cursor.position = offset + length;
  }

  private Cursor cursor(int link, long offset) throws IOException {
    Cursor known = open.get(link);
    if (known != null) {
      if (offset >= known.position && offset - known.position <= NEAR) {
        return known;
      }
      open.remove(link);
      known.in.close();
    }
    if (open.size() == MOST_OPEN) {
      Iterator<Cursor> cursors = open.values().iterator();
      Cursor eldest = cursors.next();
      cursors.remove();
      eldest.in.close();
    }
    Cursor cursor = new Cursor(links.get(link).open(artifact, offset), offset);
    open.put(link, cursor);
    return cursor;
  }

  @Override
  public void close() throws IOException {
    Iterator<Cursor> cursors = open.values().iterator();
    while (cursors.hasNext()) {
      Cursor cursor = cursors.next();
      cursors.remove();
      cursor.in.close();
    }
  }
}
