package io.tradingengine.backup.spi;

import java.util.Objects;

/**
 * A file inside an artifact.
 *
 * @param path its name in the artifact, parts joined by slashes
 * @param type what it is
 * @param mode permission bits as in {@code chmod}, 0 to 07777
 * @param offset where its bytes begin in the artifact's plain stream
 * @param size how many bytes it has there; 0 for all but files
 * @param link what a link points to; empty for all else
 */
public record IndexEntry(String path, Type type, int mode, long offset, long size, String link) {

  /** What an entry is. */
  public enum Type {
    FILE,
    DIRECTORY,
    SYMLINK
  }

  public IndexEntry {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(link, "link");
    if (offset < 0 || size < 0 || mode < 0 || mode > 07777) {
      throw new IllegalArgumentException("not an index entry: " + path);
    }
  }
}
