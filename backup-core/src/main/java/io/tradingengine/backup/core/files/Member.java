package io.tradingengine.backup.core.files;

import java.nio.file.attribute.FileTime;

/**
 * A member of an archive, as it says of itself.
 *
 * @param name its raw name, without a slash at its end
 * @param type what it is
 * @param mode permission bits, 0 to 07777
 * @param uid number of its owner
 * @param gid number of its group
 * @param modified when its content last changed
 * @param size bytes of its content; 0 for all but files
 * @param link raw name or target that a link points to; empty for all else
 */
record Member(
    String name,
    Type type,
    int mode,
    long uid,
    long gid,
    FileTime modified,
    long size,
    String link) {

  /** What a member can be. */
  enum Type {
    FILE,
    DIRECTORY,
    SYMLINK,
    HARD_LINK
  }

  /** The last part of its name. */
  String lastName() {
    return name.substring(name.lastIndexOf('/') + 1);
  }
}
