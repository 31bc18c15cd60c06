package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells folders on which something is mounted: they cannot be renamed. */
final class MountPoints {
  private static final Path TABLE = Path.of("/proc/self/mountinfo");

  /** The field of a line that names the mount point, as in proc(5). */
  private static final int MOUNT_POINT = 4;

  private MountPoints() {}

  /** Whether {@code folder}, an absolute path without links, is one. */
  static boolean contain(Path folder) throws IOException {
    Path parent = folder.getParent();
    if (parent == null) {
      return true;
    }
    Object device = Files.getAttribute(folder, "unix:dev");
    if (!device.equals(Files.getAttribute(parent, "unix:dev"))) {
      return true;
    }
    if (!Files.isReadable(TABLE)) {
      return false;
    }
    // A folder of the same file system may be mounted too ("bind"): only the table tells.
    for (String line : Files.readAllLines(TABLE, UTF_8)) {
      String[] fields = line.split(" ", MOUNT_POINT + 2);
      if (fields.length > MOUNT_POINT && unescape(fields[MOUNT_POINT]).equals(folder.toString())) {
        return true;
      }
    }
    return false;
  }

  private static String unescape(String text) {
    return text.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
