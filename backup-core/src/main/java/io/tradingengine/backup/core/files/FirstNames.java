package io.tradingengine.backup.core.files;

import io.tradingengine.backup.core.files.FileStat.Inode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers under which name a file with several was met first, until all of them were met. Not
 * safe for concurrent use.
 *
 * @param <T> what is remembered of the first name
 */
final class FirstNames<T> {
  /** Bounds memory; a file whose first name is forgotten is taken for another one. */
  private static final int MAX = 100_000;

  private final Map<Inode, First<T>> firsts =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Inode, First<T>> eldest) {
          return size() > MAX;
        }
      };

  /** What is remembered, and how many names are still to come. */
  private record First<T>(T value, int more) {}

  /** What is remembered of a file that is met once more; empty if it was not met before. */
  Optional<T> next(FileStat stat) {
    First<T> first = firsts.get(stat.inode());
    if (first == null) {
      return Optional.empty();
    }
    if (first.more() <= 1) {
      firsts.remove(stat.inode());
    } else {
      firsts.put(stat.inode(), new First<>(first.value(), first.more() - 1));
    }
    return Optional.of(first.value());
  }

  /** Remembers a file that was met first, if it has more names. */
  void add(FileStat stat, T value) {
    if (stat.links() > 1) {
      firsts.put(stat.inode(), new First<>(value, stat.links() - 1));
    }
  }

  void clear() {
    firsts.clear();
  }
}
