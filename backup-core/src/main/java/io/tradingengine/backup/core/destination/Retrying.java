package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Tries again what failed and may pass. Every operation of a destination can be repeated: a put
 * whose answer was lost finds the same bytes there and is a success. A stream that breaks is opened
 * again where it broke, so that whoever reads a large object never begins anew.
 *
 * <p>What {@link Retries} calls an answer, such as a key that is taken, is passed on at once. Safe
 * for concurrent use.
 */
final class Retrying extends ForwardingDestination {
  private final Retries retries;

  private Retrying(Destination inner, Retries retries) {
    super(inner);
    this.retries = retries;
  }

  /**
   * Tries the operations of {@code destination} with growing pauses.
   *
   * @param attempts how often in all, from 1; of a stream, how often in a row without a byte read
   */
  static Destination around(Destination destination, int attempts) {
    return around(destination, new Retries(attempts));
  }

  /** With pauses that a test can bear. */
  static Destination around(Destination destination, Retries retries) {
    return new Retrying(destination, retries);
  }

  @Override
  public void put(ObjectKey key, Content content) throws IOException {
    retries.run(
        () -> {
          inner().put(key, content);
          return true;
        });
  }

  @Override
  public InputStream open(ObjectKey key, ByteRange range) throws IOException {
    ResumingInput.Opening opening = rest -> inner().open(key, rest);
    return new ResumingInput(opening, range, retries.run(() -> opening.open(range)), retries);
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    return retries.run(() -> inner().list(prefix));
  }

  @Override
  public List<String> folders(String folder) throws IOException {
    return retries.run(() -> inner().folders(folder));
  }

  @Override
  public boolean holds(ObjectKey key, Content content) throws IOException {
    return retries.run(() -> inner().holds(key, content));
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    retries.run(
        () -> {
          inner().delete(key);
          return true;
        });
  }

  @Override
  public Lease lock(String owner) throws IOException {
    return new RetryingLease(retries.run(() -> inner().lock(owner)), retries);
  }

  @Override
  public int sweep() throws IOException {
    return retries.run(() -> inner().sweep());
  }

  @Override
  public long usableSpace() throws IOException {
    return retries.run(() -> inner().usableSpace());
  }

  /**
   * A store that does not answer for a moment is no reason to give up what is about to be
   * published; it says nothing about who has the lease. Giving the lease back is not repeated: a
   * second close would do nothing, and hide that the first one failed.
   */
  private record RetryingLease(Lease inner, Retries retries) implements Lease {
    @Override
    public Strength strength() {
      return inner.strength();
    }

    @Override
    public void confirm() throws IOException {
      retries.run(
          () -> {
            inner.confirm();
            return true;
          });
    }

    @Override
    public void close() throws IOException {
      inner.close();
    }
  }
}
