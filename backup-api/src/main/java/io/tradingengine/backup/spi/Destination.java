package io.tradingengine.backup.spi;

import io.tradingengine.backup.RepositoryLockedException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * A place that keeps objects. Objects are written once and never changed. Safe for concurrent use
 * unless said otherwise.
 */
public interface Destination extends AutoCloseable {

  /** How messages call this destination, such as {@code local:/var/backups/trading-engine}. */
  String name();

  /**
   * Puts an object: whole and durable on return (file and folder entries synced, or what the store
   * calls durable), or not there at all. Putting the same bytes again is a success.
   *
   * @throws FileAlreadyExistsException if the key holds other bytes; they are left as they are
   * @throws IOException if the object could not be put; trying again is safe
   */
  void put(ObjectKey key, Content content) throws IOException;

  /**
   * Opens a range of an object. A range that reaches past the end yields what there is.
   *
   * @throws NoSuchFileException if there is no such object
   * @throws IOException if it cannot be read; trying again is safe
   */
  InputStream open(ObjectKey key, ByteRange range) throws IOException;

  /**
   * Lists the objects whose keys start with {@code prefix}, in key order. Never shows an object
   * whose put has not finished.
   *
   * @param prefix the start of a key, cut anywhere; empty lists all
   * @throws IOException if the store cannot be read; trying again is safe
   */
  List<ObjectInfo> list(String prefix) throws IOException;

  /**
   * The distinct first parts of the keys below a folder, without listing all below them.
   *
   * @param folder a key's first parts, ended by a slash; empty for the root
   * @throws IOException if the store cannot be read; trying again is safe
   */
  List<String> folders(String folder) throws IOException;

  /**
   * Removes an object, durably. Removing what is not there is a success.
   *
   * @throws IOException if it could not be removed; trying again is safe
   */
  void delete(ObjectKey key) throws IOException;

  /**
   * Takes the one lock that runs which write or remove hold, until it is closed or this process
   * dies.
   *
   * @param owner who takes it, for the message that others get
   * @throws RepositoryLockedException if another run holds it, in this JVM or elsewhere
   * @throws IOException if the store cannot be reached
   */
  Closeable lock(String owner) throws IOException;

  /**
   * Removes what interrupted puts have left behind. Called only under the {@linkplain #lock lock}.
   *
   * @return the number of left-overs removed
   * @throws IOException if the store cannot be reached
   */
  int sweep() throws IOException;

  /** Bytes that can still be put, or {@link Long#MAX_VALUE} where there is no bound. */
  long usableSpace() throws IOException;

  @Override
  void close() throws IOException;
}
