package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Changes trees at random: whatever a program may do to its files. */
final class Mutations {
  private final Random random;
  private final List<Path> roots;

  Mutations(Random random, List<Path> roots) {
    this.random = random;
    this.roots = List.copyOf(roots);
  }

  void run(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      one();
    }
  }

  private void one() throws IOException {
    Path root = roots.get(random.nextInt(roots.size()));
    Path free = pick(root, true).resolve(name());
    if (Files.exists(free, LinkOption.NOFOLLOW_LINKS)) {
      TreeRemoval.remove(free);
    }
    Path some = pick(root, false);
    boolean file = Files.isRegularFile(some, LinkOption.NOFOLLOW_LINKS);
    switch (random.nextInt(13)) {
      case 0, 1 -> Files.write(free, content());
      case 2 -> Files.createDirectory(free);
      case 3 -> Files.createSymbolicLink(free, Path.of("to/" + random.nextInt(9)));
      case 4 -> {
        if (file) {
          Files.createLink(free, some);
        }
      }
      case 5 -> {
        if (!some.equals(root)) {
          TreeRemoval.remove(some);
        }
      }
      case 6 -> {
        if (!some.equals(root) && !free.startsWith(some)) {
          Files.move(some, free);
        }
      }
      case 7 -> {
        if (file) {
          Files.write(some, content(), StandardOpenOption.APPEND);
        }
      }
      case 8 -> {
        if (file) {
          Files.write(some, content());
        }
      }
      case 9 -> {
        if (!Files.isSymbolicLink(some)) {
          Files.setAttribute(some, "unix:mode", 0700 | random.nextInt(0100));
        }
      }
      case 10 -> {
        if (file) {
          changeInPlace(some);
        }
      }
      case 11 -> {
        if (file) {
          truncate(some);
        }
      }
      default -> {
        if (!Files.isSymbolicLink(some)) {
          Files.setLastModifiedTime(
              some,
              FileTime.from(
                  Instant.ofEpochSecond(
                      random.nextInt(2_000_000_000), random.nextInt(999_999_999))));
        }
      }
    }
  }

  /** Leaves size and modification time as they are. */
  private void changeInPlace(Path file) throws IOException {
    FileTime modified = Files.getLastModifiedTime(file);
    byte[] bytes = new byte[(int) Files.size(file)];
    random.nextBytes(bytes);
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, modified);
  }

  private void truncate(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
  }

  private Path pick(Path root, boolean folder) throws IOException {
    List<Path> candidates = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(root)) {
      paths
          .sorted()
          .filter(path -> !folder || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
          .forEach(candidates::add);
    }
    return candidates.get(random.nextInt(candidates.size()));
  }

  private String name() {
    String letters = "ab.-_ \u00fc";
    StringBuilder name = new StringBuilder("n");
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      name.append(letters.charAt(random.nextInt(letters.length())));
    }
    return name.toString();
  }

  private byte[] content() {
    byte[] bytes = new byte[random.nextInt(3000)];
    random.nextBytes(bytes);
    return bytes;
  }
}
