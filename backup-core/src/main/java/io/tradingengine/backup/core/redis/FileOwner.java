package io.tradingengine.backup.core.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whom restored files are given to: root restores for the user who runs the server, who could not
 * read them otherwise.
 *
 * @param uid the user's number
 * @param gid the group's number
 */
record FileOwner(int uid, int gid) {
  private static final int ROOT = 0;

  /**
   * Whom a folder belongs to, or where there is none yet, the folder that it is to be made in;
   * empty if this process is not root's and all it writes is its own.
   */
  static Optional<FileOwner> toGive(Path folder) throws IOException {
    if (!System.getProperty("user.name", "").equals("root")) {
      return Optional.empty();
    }
    Path existing = existing(folder);
    return Optional.of(
        new FileOwner(
            (int) Files.getAttribute(existing, "unix:uid"),
            (int) Files.getAttribute(existing, "unix:gid")));
  }

  boolean isRoot() {
    return uid == ROOT;
  }

  void give(Path path) throws IOException {
    Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
  }

  /** The path itself or the nearest folder above it that is there. */
  static Path existing(Path path) {
    Path existing = path.toAbsolutePath();
    while (!Files.exists(existing)) {
      Path parent = existing.getParent();
      if (parent == null) {
        return existing;
      }
      existing = parent;
    }
    return existing;
  }
}
