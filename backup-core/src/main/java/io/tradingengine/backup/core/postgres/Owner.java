package io.tradingengine.backup.core.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Who a restored file belongs to.
 *
 * @param uid the user's number
 * @param gid the group's number
 * @param name the user's name, or its number where it has none
 */
record Owner(int uid, int gid, String name) {
  private static final int ROOT = 0;

  /** Who the file or folder belongs to. */
  static Owner of(Path path) throws IOException {
    return new Owner(
        (int) Files.getAttribute(path, "unix:uid"),
        (int) Files.getAttribute(path, "unix:gid"),
        Files.getOwner(path).getName());
  }

  boolean isRoot() {
    return uid == ROOT;
  }

  /**
   * Who a restore into {@code target} has to give its files to: only root can and must, as a server
   * refuses files of others. That is whom the target belongs to or, where there is none yet, the
   * folder that it is to be made in.
   */
  static Optional<Owner> toGive(Path target) throws IOException {
    return System.getProperty("user.name", "").equals("root")
        ? Optional.of(of(existing(target)))
        : Optional.empty();
  }

  /** The path itself or the nearest folder above it that is there. */
  static Path existing(Path path) {
    Path existing = path;
    while (!Files.exists(existing)) {
      Path parent = existing.getParent();
      if (parent == null) {
        return existing;
      }
      existing = parent;
    }
    return existing;
  }

  void give(Path path) throws IOException {
    Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
  }
}
