package io.tradingengine.backup.core.files;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a tree from the capture that another builds on. Whatever is wrong with that is a
 * reason not to build on it. Not safe for concurrent use.
 */
final class KnownTree implements Pairing.Memory<Listed>, Closeable {
  private final Captured parent;
  private final String digest;
  private final int depth;
  private final Listing.Reader reader;

  private KnownTree(Captured parent, String digest, int depth, Listing.Reader reader) {
    this.parent = parent;
    this.digest = digest;
    this.depth = depth;
    this.reader = reader;
  }

  /**
   * Opens it.
   *
   * @param roots the captured paths, as among the attributes of a state
   */
  static KnownTree open(String source, Captured parent, Map<String, String> roots)
      throws IOException {
    SourceState state = parent.state();
    String digest =
        state
            .find(Listing.DIGEST)
            .orElseThrow(
                () ->
                    new UnusableParentException(
                        parent.backupId()
                            + " has no listing of its files: an older release has taken it"));
    if (!roots.equals(roots(state))) {
      throw new UnusableParentException(
          "the paths are "
              + roots.values()
              + ", those of "
              + parent.backupId()
              + " "
              + roots(state).values());
    }
    try {
      Listing.Reader reader = Listing.Reader.open(source, parent, digest);
      return new KnownTree(parent, digest, Chain.depth(parent, source), reader);
    } catch (IOException | BackupException e) {
      throw unusable(parent, e);
    }
  }

  /** The captured paths of a capture, by attribute. */
  static Map<String, String> roots(SourceState state) {
    Map<String, String> roots = new TreeMap<>();
    for (int number = 1; state.find(Archive.ROOT + number).isPresent(); number++) {
      roots.put(Archive.ROOT + number, state.require(Archive.ROOT + number));
    }
    return roots;
  }

  /** SHA-256 of its listing. */
  String digest() {
    return digest;
  }

  /** What a capture that builds on it does so with. */
  CaptureWriter.Basis basis(FindingLog findings) {
    return new CaptureWriter.Basis(depth, new Comparison(reader.begin(), findings));
  }

  @Override
  public @Nullable Listed next() throws IOException {
    try {
      return reader.next();
    } catch (IOException | BackupException e) {
      throw unusable(parent, e);
    }
  }

  private static IOException unusable(Captured parent, Exception cause) {
    if (cause instanceof ClosedByInterruptException || Thread.currentThread().isInterrupted()) {
      ClosedByInterruptException interrupted = new ClosedByInterruptException();
      interrupted.initCause(cause);
      return interrupted;
    }
    if (cause instanceof UnusableParentException known) {
      return known;
    }
    UnusableParentException unusable =
        new UnusableParentException(
            "the listing of " + parent.backupId() + " cannot be read: " + cause.getMessage());
    unusable.initCause(cause);
    return unusable;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
