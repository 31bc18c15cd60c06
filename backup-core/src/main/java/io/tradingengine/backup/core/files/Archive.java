package io.tradingengine.backup.core.files;

/** What the writer and the reader of an archive agree upon. */
final class Archive {
  /** The one artifact of a capture. */
  static final String ARTIFACT = "files";

  static final String EXTENSION = "tar";

  /**
   * Names go into the tar as bytes. Long ones stand in GNU's own members, which keep bytes too; the
   * POSIX form is for UTF-8 only. Times have nanoseconds in POSIX headers, and numbers too big for
   * octal digits are binary, as GNU has them.
   */
  static final String NAME_ENCODING = "ISO-8859-1";

  /** The piece of a file that is either written or left as a hole. */
  static final int BLOCK = 4096;

  static final int BUFFER = 64 * BLOCK;

  /** Attributes of the source's state. {@code root.1}, {@code root.2} … are the captured paths. */
  static final String ROOT = "root.";

  /** {@code root.1.bytes}: what a restore of that root takes up, in bytes; holes do not count. */
  static final String ROOT_BYTES = ".bytes";

  static final String FILES = "files";
  static final String DIRECTORIES = "directories";
  static final String LINKS = "links";
  static final String BYTES = "bytes";

  private Archive() {}
}
