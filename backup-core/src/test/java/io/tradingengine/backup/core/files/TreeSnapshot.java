package io.tradingengine.backup.core.files;

import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All that is to be kept of a tree, as lines of text by raw name, so that trees can be compared.
 */
final class TreeSnapshot {
  private TreeSnapshot() {}

  /** Modes, owners, times, contents, link targets, and which names are the same file. */
  static Map<String, String> of(Path root) throws IOException {
    Map<String, String> lines = new TreeMap<>();
    Map<Object, String> firstNames = new HashMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths.sorted()::iterator) {
        String name = RawNames.of(root.relativize(path));
        lines.put(name, line(path, name, firstNames));
      }
    }
    return lines;
  }

  private static String line(Path path, String name, Map<Object, String> firstNames)
      throws IOException {
    Map<String, Object> stat =
        Files.readAttributes(
            path, "unix:mode,uid,gid,ino,lastModifiedTime,size", LinkOption.NOFOLLOW_LINKS);
    boolean link = Files.isSymbolicLink(path);
    FileTime time = (FileTime) stat.get("lastModifiedTime");
    String common =
        "%o %s:%s %s"
            .formatted(
                (Integer) stat.get("mode"),
                stat.get("uid"),
                stat.get("gid"),
                // Java sets the times of links to the microsecond only.
                link ? time.toInstant().truncatedTo(ChronoUnit.MICROS) : time.toInstant());
    if (link) {
      return common + " -> " + RawNames.of(Files.readSymbolicLink(path));
    }
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return common;
    }
    String first = firstNames.computeIfAbsent(stat.get("ino"), inode -> name);
    return common + " " + stat.get("size") + " " + hash(path) + " same as " + first;
  }

  private static Sha256 hash(Path path) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(path)) {
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        digest.update(buffer, 0, got);
      }
    }
    return Sha256.from(digest);
  }
}
