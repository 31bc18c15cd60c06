package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a tree and what is known of it side by side. Not safe for concurrent use.
 *
 * @param <K> what is known of a path
 */
final class Pairing<K extends Pairing.Named> implements TreeWalk.Visitor {
  private final @Nullable Memory<K> reader;
  private final WalkOrder order;
  private final Pairs<K> pairs;
  private @Nullable K next;

  /** Something about a path. */
  interface Named {
    /** Its raw absolute name without the first slash. */
    String name();
  }

  /** Sees both sides, in the order of a walk. */
  interface Pairs<K> {
    /** Something that was known and that the walk did not come by. */
    void gone(K known) throws IOException, InterruptedException;

    /**
     * Something that the walk came by.
     *
     * @param known what was known of it; null for nothing
     */
    void met(@Nullable K known, Found found) throws IOException, InterruptedException;
  }

  /** Gives what is known, path by path. */
  @FunctionalInterface
  interface Memory<K> {
    /** The next path; null at the end. */
    @Nullable K next() throws IOException;
  }

  /**
   * @param reader what is known; null for nothing
   */
  Pairing(@Nullable Memory<K> reader, WalkOrder order, Pairs<K> pairs) throws IOException {
    this.reader = reader;
    this.order = order;
    this.pairs = pairs;
    this.next = reader == null ? null : reader.next();
  }

  @Override
  public void directory(TreeWalk.Node node) throws IOException, InterruptedException {
    meet(new Found(node, "", () -> noFile(node)));
  }

  @Override
  public void file(TreeWalk.Node node, TreeWalk.Opener opener)
      throws IOException, InterruptedException {
    meet(new Found(node, "", opener));
  }

  @Override
  public void symlink(TreeWalk.Node node, String target) throws IOException, InterruptedException {
    meet(new Found(node, target, () -> noFile(node)));
  }

  private static SeekableByteChannel noFile(TreeWalk.Node node) throws IOException {
    throw new IOException(node.path() + " is no file");
  }

  private void meet(Found found) throws IOException, InterruptedException {
    K known = next;
    while (known != null && order.compare(known.name(), found.name()) < 0) {
      pairs.gone(known);
      known = advance();
    }
    if (known != null && known.name().equals(found.name())) {
      advance();
      pairs.met(known, found);
    } else {
      pairs.met(null, found);
    }
  }

  /** Ends the walk: what was not met by now is gone. */
  void end() throws IOException, InterruptedException {
    for (K known = next; known != null; known = advance()) {
      pairs.gone(known);
    }
  }

  private @Nullable K advance() throws IOException {
    next = reader == null ? null : reader.next();
    return next;
  }
}
