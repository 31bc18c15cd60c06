package io.tradingengine.backup.core.files;

import java.util.Comparator;
import java.util.List;

/**
 * The order in which a walk comes by: root by root, each folder before what is in it, names in the
 * order of their bytes. Names outside of all roots come first, as they stand.
 */
final class WalkOrder implements Comparator<String> {
  private final List<String> roots;

  /**
   * @param roots raw names, in their order
   */
  WalkOrder(List<String> roots) {
    this.roots = List.copyOf(roots);
  }

  @Override
  public int compare(String one, String other) {
    if (roots.size() > 1) {
      int byRoot = Integer.compare(rootOf(one), rootOf(other));
      if (byRoot != 0) {
        return byRoot;
      }
    }
    int shorter = Math.min(one.length(), other.length());
    for (int i = 0; i < shorter; i++) {
      int order = Integer.compare(rank(one.charAt(i)), rank(other.charAt(i)));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(one.length(), other.length());
  }

  /** Which root a name lies in, counted from 0; -1 for none. */
  int rootOf(String name) {
    for (int i = 0; i < roots.size(); i++) {
      if (isAtOrBelow(name, roots.get(i))) {
        return i;
      }
    }
    return -1;
  }

  static boolean isAtOrBelow(String name, String folder) {
    return name.startsWith(folder)
        && (name.length() == folder.length() || name.charAt(folder.length()) == '/');
  }

  /** No name contains a zero byte, so the slash comes before whatever else could stand there. */
  private static int rank(char c) {
    return c == '/' ? 0 : c;
  }
}
