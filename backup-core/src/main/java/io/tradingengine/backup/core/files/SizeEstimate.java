package io.tradingengine.backup.core.files;

/** Guesses how long the tar of a tree is going to be. Not safe for concurrent use. */
final class SizeEstimate implements TreeWalk.Visitor {
  private static final int RECORD = 512;

  /** A member's header, with one more for its exact time. */
  private static final int HEADERS = 3 * RECORD;

  private long bytes = 2 * RECORD;

  long bytes() {
    return bytes;
  }

  @Override
  public void directory(TreeWalk.Node node) {
    bytes += HEADERS;
  }

  @Override
  public void file(TreeWalk.Node node, TreeWalk.Opener opener) {
    bytes += HEADERS + (node.stat().size() + RECORD - 1) / RECORD * RECORD;
  }

  @Override
  public void symlink(TreeWalk.Node node, String target) {
    bytes += HEADERS;
  }
}
