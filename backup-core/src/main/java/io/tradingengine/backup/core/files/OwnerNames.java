package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The names behind owner and group numbers, each looked up once. Not safe for concurrent use. */
final class OwnerNames {
  private static final Logger log = LoggerFactory.getLogger(OwnerNames.class);

  private final Map<Long, String> users = new HashMap<>();
  private final Map<Long, String> groups = new HashMap<>();

  /** A file's owner and group; empty where the system knows no name for the number. */
  record Names(String user, String group) {}

  /** Of a file that may vanish meanwhile; its names are then empty too. */
  Names of(Path path, FileStat stat) {
    if (!users.containsKey(stat.uid()) || !groups.containsKey(stat.gid())) {
      lookUp(path, stat);
    }
    return new Names(users.getOrDefault(stat.uid(), ""), groups.getOrDefault(stat.gid(), ""));
  }

  private void lookUp(Path path, FileStat stat) {
    try {
      PosixFileAttributes owners =
          Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      users.put(stat.uid(), nameOf(owners.owner().getName(), stat.uid()));
      groups.put(stat.gid(), nameOf(owners.group().getName(), stat.gid()));
    } catch (IOException e) {
      log.debug("no owner's name of {}, its number is kept", path, e);
    }
  }

  private static String nameOf(String name, long number) {
    return name.equals(Long.toString(number)) ? "" : name;
  }
}
