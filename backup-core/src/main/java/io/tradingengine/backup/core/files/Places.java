package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Asks what is where, and changes nothing. */
final class Places {
  /** Linux lists every mount here, one from the same file system too. */
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  private static final int PLACE_FIELD = 4;
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  private Places() {}

  /** Whether something, if only a link to nothing, is at {@code path}. */
  static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** The first of the paths that {@code named} makes of "", "-2", "-3" and so on that is free. */
  static Path firstFree(Function<String, Path> named) {
    Path path = named.apply("");
    for (int number = 2; exists(path); number++) {
      path = named.apply("-" + number);
    }
    return path;
  }

  /** The folder of an absolute path. */
  static Path parent(Path path) {
    return path.resolveSibling("");
  }

  /** Whether {@code path} is a folder on which something is mounted. */
  static boolean isMountPoint(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Path real = path.toRealPath();
    if (FileStat.of(real).inode().device() != FileStat.of(parent(real)).inode().device()) {
      return true;
    }
    if (!Files.isReadable(MOUNTS)) {
      return false;
    }
    String raw = RawNames.of(real);
    try (Stream<String> lines = Files.lines(MOUNTS, StandardCharsets.ISO_8859_1)) {
      return lines
          .map(line -> line.split(" ", -1))
          .anyMatch(
              fields -> fields.length > PLACE_FIELD && unescape(fields[PLACE_FIELD]).equals(raw));
    }
  }

  /** The path itself, or the nearest folder above it that exists. */
  static Path nearestExisting(Path path) {
    Path existing = path;
    while (!exists(existing) && existing.getNameCount() > 0) {
      existing = parent(existing);
    }
    return existing;
  }

  private static String unescape(String field) {
    return OCTAL
        .matcher(field)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(match.group(1), 8))));
  }
}
