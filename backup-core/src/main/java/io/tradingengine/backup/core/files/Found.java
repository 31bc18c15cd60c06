package io.tradingengine.backup.core.files;

/**
 * What a walk comes by.
 *
 * @param node what and where it is
 * @param target what a symbolic link points to; else empty
 * @param opener opens a file; fails for all else
 */
record Found(TreeWalk.Node node, String target, TreeWalk.Opener opener) {

  FileStat.Kind kind() {
    return node.stat().kind();
  }

  String name() {
    return node.member();
  }
}
