package io.tradingengine.backup.spi;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RepositoryLockedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
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
   * Whether an object is there and has these bytes, by reading what is stored, not what was once
   * noted of it. An override may have the store read it, where that is as good.
   *
   * @param content its length and digest are what counts; its bytes are opened only where a store
   *     needs them to compare
   * @throws IOException if the store cannot be read; trying again is safe
   */
  default boolean holds(ObjectKey key, Content content) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[1 << 16];
    long length = 0;
    try (InputStream in = open(key, ByteRange.ALL)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
        length += count;
      }
    } catch (NoSuchFileException e) {
      return false;
    }
    return length == content.length() && Sha256.from(digest).equals(content.sha256());
  }

  /**
   * Removes an object, durably. Removing what is not there is a success.
   *
   * @throws ObjectProtectedException if the store keeps it for longer
   * @throws IOException if it could not be removed; trying again is safe
   */
  void delete(ObjectKey key) throws IOException;

  /**
   * Takes the one lock that runs which write or remove hold, until it is closed, this process dies,
   * or, by its {@linkplain Lease#strength() strength}, it runs out.
   *
   * @param owner who takes it, for the message that others get
   * @throws RepositoryLockedException if another run holds it, in this JVM or elsewhere
   * @throws IOException if the store cannot be reached
   */
  Lease lock(String owner) throws IOException;

  /**
   * Removes what interrupted puts have left behind, as far as it cannot belong to a run at work.
   * Called only under the {@linkplain #lock lock}.
   *
   * @return the number of left-overs removed
   * @throws IOException if the store cannot be reached
   */
  int sweep() throws IOException;

  /**
   * Looks for what would stop a backup here, and for what this store cannot guarantee or what its
   * settings cost. Leaves nothing behind that others see.
   *
   * @return what was found; an error for what makes it unusable
   */
  List<Finding> check();

  /** How far away it is. */
  Proximity proximity();

  /** Bytes that can still be put, or {@link Long#MAX_VALUE} where there is no bound. */
  long usableSpace() throws IOException;

  @Override
  void close() throws IOException;
}
