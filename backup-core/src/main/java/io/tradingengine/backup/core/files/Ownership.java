package io.tradingengine.backup.core.files;

import io.tradingengine.backup.Finding;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Gives restored files their owners, times and modes. Owners go by number: names may mean somebody
 * else on this system. Not safe for concurrent use.
 */
final class Ownership {
  private static final int SET_ID_BITS = 06000;

  private boolean denied;
  private long kept;

  /** Applies to a file or folder that only this restore writes to. */
  void apply(Path path, Member member) throws IOException {
    boolean owned = chown(path, member);
    // Before the mode, which may forbid even this.
    setTime(path, member);
    // A program must not run with the rights of another user than it was given to.
    int mode = owned ? member.mode() : member.mode() & ~SET_ID_BITS;
    Files.setAttribute(path, "unix:mode", mode);
  }

  /** Applies to a symbolic link, whose mode means nothing. */
  void applyToLink(Path path, Member member) throws IOException {
    chown(path, member);
    setTime(path, member);
  }

  /** What could not be done. */
  Optional<Finding> finding(String source) {
    if (kept == 0) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.warning(
            source,
            "files restored under the current user instead of their owner: " + kept,
            "restore as root for owners, and for set-user-id and set-group-id bits"));
  }

  private boolean chown(Path path, Member member) throws IOException {
    if (!denied) {
      try {
        Files.setAttribute(path, "unix:gid", (int) member.gid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:uid", (int) member.uid(), LinkOption.NOFOLLOW_LINKS);
        return true;
      } catch (FileSystemException e) {
        // Not root: stays denied for all that follow.
        denied = true;
      }
    }
    FileStat stat = FileStat.of(path);
    if (stat.uid() == member.uid() && stat.gid() == member.gid()) {
      return true;
    }
    kept++;
    return false;
  }

  private static void setTime(Path path, Member member) throws IOException {
    Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(settable(member.modified()), null, null);
  }

  /** Java sets a time before 1970 only if it has whole seconds, and the epoch itself otherwise. */
  private static FileTime settable(FileTime time) {
    Instant instant = time.toInstant();
    return instant.getEpochSecond() < 0
        ? FileTime.from(instant.truncatedTo(ChronoUnit.SECONDS))
        : time;
  }
}
