package io.tradingengine.backup.core.files;

/** How much an archive holds. Not safe for concurrent use. */
final class Totals {
  private long files;
  private long directories;
  private long links;
  private long bytes;

  void addFile(long size) {
    files++;
    bytes += size;
  }

  void addDirectory() {
    directories++;
  }

  void addLink() {
    links++;
  }

  /** Names of files; one with several names counts for each. */
  long files() {
    return files;
  }

  long directories() {
    return directories;
  }

  /** Symbolic links. */
  long links() {
    return links;
  }

  /** Bytes in files; one with several names counts once. */
  long bytes() {
    return bytes;
  }
}
