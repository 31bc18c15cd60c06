package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import org.jspecify.annotations.Nullable;

/** Goes through a tree and what is known of it side by side. Not safe for concurrent use. */
final class Pairing implements TreeWalk.Visitor {
  private final @Nullable Memory reader;
  private final WalkOrder order;
  private final Pairs pairs;
  private @Nullable Known next;

  /** Sees both sides, in the order of a walk. */
  interface Pairs {
    /** Something that was known and that the walk did not come by. */
    void gone(Known known) throws IOException, InterruptedException;

    /**
     * Something that the walk came by.
     *
     * @param known what was known of it; null for nothing
     */
    void met(@Nullable Known known, Found found) throws IOException, InterruptedException;
  }

  /** Gives what is known, path by path. */
  @FunctionalInterface
  interface Memory {
    /** The next path; null at the end. */
    @Nullable Known next() throws IOException;
  }

  /**
   * @param reader what is known; null for nothing
   */
  Pairing(@Nullable Memory reader, WalkOrder order, Pairs pairs) throws IOException {
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
    Known known = next;
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
    for (Known known = next; known != null; known = advance()) {
      pairs.gone(known);
    }
  }

  private @Nullable Known advance() throws IOException {
    next = reader == null ? null : reader.next();
    return next;
  }
}
