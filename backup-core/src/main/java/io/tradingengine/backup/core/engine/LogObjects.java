package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.point.PointName;
import io.tradingengine.backup.core.point.PointStore;
import io.tradingengine.backup.core.volume.ObjectDecoder;
import io.tradingengine.backup.core.volume.ObjectReader;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What no manifest names, of all destinations as one: archived WAL, command streams, versions and
 * recovery points. Each object is read from the nearest destination, and from the next where it is
 * not whole there. Thread-safe.
 */
final class LogObjects implements PointStore.Objects, AutoCloseable {
  private final List<Target> nearestFirst;
  private final Copies copies;
  private final Encryptor encryptor;
  private final Deque<ObjectDecoder> idle = new ArrayDeque<>();
  private final List<Finding> findings = new ArrayList<>();
  private boolean closed;

  LogObjects(List<Target> nearestFirst, Encryptor encryptor) {
    this.nearestFirst = List.copyOf(nearestFirst);
    this.copies = new Copies(nearestFirst);
    this.encryptor = encryptor;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IOException if none of the destinations can be read; of some, a warning tells
   */
  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    Map<ObjectKey, ObjectInfo> found = new TreeMap<>();
    @Nullable Exception failure = null;
    int read = 0;
    for (Target target : nearestFirst) {
      try {
        target.destination().list(prefix).forEach(each -> found.putIfAbsent(each.key(), each));
        read++;
      } catch (IOException | BackupException e) {
        RunRegistry.rethrowInterruption(e);
        failure = e;
        unreadable(target, e);
      }
    }
    if (read == 0 && failure != null) {
      throw new IOException("no destination can be read: " + Messages.of(failure), failure);
    }
    return List.copyOf(found.values());
  }

  private synchronized void unreadable(Target target, Exception e) {
    if (findings.stream().noneMatch(each -> each.subject().equals(target.name()))) {
      findings.add(
          Finding.warning(
              target.name(),
              "cannot be read, and may hold more archived changes: " + Messages.of(e),
              "make it reachable and plan again"));
    }
  }

  /** What was seen while objects were looked for and read. */
  synchronized List<Finding> findings() {
    List<Finding> all = new ArrayList<>(findings);
    all.addAll(copies.findings());
    return all;
  }

  @Override
  public byte[] read(PointName name) throws IOException {
    try (Decoded decoded = decode(name.key())) {
      byte[] bytes = new byte[decoded.bytes().remaining()];
      decoded.bytes().get(bytes);
      return bytes;
    }
  }

  /** Plain bytes in a decoder's memory, which goes back to the pool when this is closed. */
  final class Decoded implements AutoCloseable {
    private final ObjectDecoder decoder;
    private final ByteBuffer bytes;

    private Decoded(ObjectDecoder decoder, ByteBuffer bytes) {
      this.decoder = decoder;
      this.bytes = bytes;
    }

    ByteBuffer bytes() {
      return bytes;
    }

    @Override
    public void close() {
      giveBack(decoder);
    }
  }

  /**
   * Reads an object from wherever it is whole.
   *
   * @throws IntegrityException if it is whole nowhere, or nowhere at all
   */
  Decoded decode(ObjectKey key) throws IOException {
    ObjectDecoder decoder = take();
    @Nullable Exception first = null;
    boolean damaged = false;
    for (ObjectReader.Copy copy : copies.copies(key)) {
      try (InputStream in = copy.open()) {
        return new Decoded(decoder, decoder.decode(in, key));
      } catch (NoSuchFileException e) {
        first = first == null ? e : first;
      } catch (IOException | BackupException e) {
        RunRegistry.rethrowInterruption(e);
        copy.failed(e);
        first = damaged ? first : e;
        damaged = true;
      }
    }
    giveBack(decoder);
    throw failure(key, first);
  }

  private static IOException failure(ObjectKey key, @Nullable Exception cause) {
    if (cause instanceof BackupException e) {
      throw e;
    }
    return cause instanceof IOException e
        ? e
        : new NoSuchFileException(key.value(), null, "is in no destination");
  }

  private synchronized ObjectDecoder take() {
    ObjectDecoder decoder = idle.poll();
    return decoder == null ? new ObjectDecoder(encryptor) : decoder;
  }

  private synchronized void giveBack(ObjectDecoder decoder) {
    if (closed) {
      decoder.close();
    } else {
      idle.push(decoder);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    idle.forEach(ObjectDecoder::close);
    idle.clear();
  }
}
