package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Fetches an object that a manifest vouches for from the first of its copies that is whole. */
final class StoredObject {
  /** Larger reads make the JDK allocate native buffers as large for each of them. */
  private static final int PIECE = 1 << 16;

  private StoredObject() {}

  /**
   * Reads all of an object into the first bytes of {@code into}.
   *
   * @param into has room for it
   * @return its length
   * @throws IntegrityException if every copy is missing or not what was written
   * @throws IOException if some copy could not be read, and no other is whole; trying again may
   *     help
   */
  static int fetch(ObjectReader objects, Volume volume, byte[] into) throws IOException {
    List<Exception> failures = new ArrayList<>();
    for (ObjectReader.Copy copy : objects.copies(volume.key())) {
      try {
        return fetch(copy, volume, into);
      } catch (IOException | IntegrityException e) {
        if (isInterruption(e)) {
          throw e;
        }
        copy.failed(e);
        failures.add(e);
      }
    }
    throw worst(failures, volume);
  }

  /** A time-out of a socket is of the same type, and none. */
  private static boolean isInterruption(Exception e) {
    return e instanceof ClosedByInterruptException
        || (e instanceof InterruptedIOException && Thread.currentThread().isInterrupted());
  }

  /** What may pass counts more than what does not: the copy that could not be read may be whole. */
  private static IOException worst(List<Exception> failures, Volume volume) {
    if (failures.isEmpty()) {
      return new IOException(volume.key() + " has no place where it could be read");
    }
    Exception worst =
        failures.stream()
            .filter(each -> each instanceof IOException)
            .findFirst()
            .orElse(failures.get(0));
    failures.stream().filter(each -> each != worst).forEach(worst::addSuppressed);
    if (worst instanceof IOException e) {
      return e;
    }
    throw (IntegrityException) worst;
  }

  private static int fetch(ObjectReader.Copy copy, Volume volume, byte[] into) throws IOException {
    String key = volume.key().value();
    int size = Math.toIntExact(volume.storedSize());
    MessageDigest digest = Sha256.newDigest();
    try (InputStream in = copy.open()) {
      int done = 0;
      while (done < size) {
        int count = in.read(into, done, Math.min(PIECE, size - done));
        if (count < 0) {
          throw new IntegrityException(
              key, "is truncated: has " + done + " bytes instead of " + size, null);
        }
        digest.update(into, done, count);
        done += count;
      }
      if (in.read() >= 0) {
        throw new IntegrityException(key, "is damaged: has more than its " + size + " bytes", null);
      }
    } catch (NoSuchFileException e) {
      throw new IntegrityException(
          key, "is missing", "was it removed by hand, or is the copy incomplete?", e);
    }
    Sha256 sha256 = Sha256.from(digest);
    if (!sha256.equals(volume.storedSha256())) {
      throw new IntegrityException(
          key,
          "is damaged, or another object stands in its place: its SHA-256 is "
              + sha256
              + ", recorded is "
              + volume.storedSha256(),
          null);
    }
    return size;
  }
}
