package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * What {@code lstat} says of a path.
 *
 * @param kind what it is
 * @param mode permission bits, 0 to 07777
 * @param uid number of its owner
 * @param gid number of its group
 * @param modified when its content last changed, or when it says so
 * @param changed when anything about it last changed; nobody can set it
 * @param inode which file it is
 * @param links how many names it has
 * @param size bytes, for a file
 */
record FileStat(
    Kind kind,
    int mode,
    long uid,
    long gid,
    FileTime modified,
    FileTime changed,
    Inode inode,
    int links,
    long size) {
  private static final int TYPE_BITS = 0170000;

  /** What a path can be. */
  enum Kind {
    FILE("a file"),
    DIRECTORY("a folder"),
    SYMLINK("a symbolic link"),
    FIFO("a named pipe"),
    SOCKET("a socket"),
    DEVICE("a device"),
    OTHER("of a kind that is not known");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** Identifies a file, however many names it has. */
  record Inode(long device, long number) {}

  /** Of the path itself, never of what a link points to. */
  static FileStat of(Path path) throws IOException {
    Map<String, Object> values =
        Files.readAttributes(
            path,
            "unix:mode,uid,gid,dev,ino,nlink,size,lastModifiedTime,ctime",
            LinkOption.NOFOLLOW_LINKS);
    int mode = number(values, "mode").intValue();
    return new FileStat(
        kind(mode & TYPE_BITS),
        mode & 07777,
        Integer.toUnsignedLong(number(values, "uid").intValue()),
        Integer.toUnsignedLong(number(values, "gid").intValue()),
        (FileTime) value(values, "lastModifiedTime"),
        (FileTime) value(values, "ctime"),
        new Inode(number(values, "dev").longValue(), number(values, "ino").longValue()),
        number(values, "nlink").intValue(),
        number(values, "size").longValue());
  }

  private static Number number(Map<String, Object> values, String name) {
    return (Number) value(values, name);
  }

  private static Object value(Map<String, Object> values, String name) {
    Object value = values.get(name);
    if (value == null) {
      throw new IllegalStateException("the file system does not tell the " + name + " of files");
    }
    return value;
  }

  private static Kind kind(int type) {
    return switch (type) {
      case 0100000 -> Kind.FILE;
      case 0040000 -> Kind.DIRECTORY;
      case 0120000 -> Kind.SYMLINK;
      case 0010000 -> Kind.FIFO;
      case 0140000 -> Kind.SOCKET;
      case 0020000, 0060000 -> Kind.DEVICE;
      default -> Kind.OTHER;
    };
  }
}
