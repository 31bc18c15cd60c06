package io.tradingengine.backup.examples.demo;

import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A trading engine's configuration and state: how they are made, and how one tells them apart. */
final class EngineFiles {
  private static final int SNAPSHOT_BYTES = 4 << 20;

  private EngineFiles() {}

  static void writeConfig(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("risk/overrides"));
    Files.writeString(
        folder.resolve("engine.yaml"),
        """
        venue: demo
        matching: {threads: 2, tick: 1ms}
        """);
    Files.writeString(folder.resolve("risk/limits.json"), "{\"maxOrder\": 100000}\n");
    Files.writeString(folder.resolve("api-key"), "not a real key\n");
    Files.setPosixFilePermissions(
        folder.resolve("api-key"), PosixFilePermissions.fromString("r--------"));
    Files.createSymbolicLink(folder.resolve("current.yaml"), Path.of("engine.yaml"));
    Files.setLastModifiedTime(
        folder.resolve("engine.yaml"), FileTime.from(Instant.parse("2024-01-15T02:00:00Z")));
  }

  static void writeState(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("journal"));
    byte[] snapshot = new byte[SNAPSHOT_BYTES];
    new Random(42).nextBytes(snapshot);
    Files.write(folder.resolve("book.snapshot"), snapshot);
    Files.writeString(folder.resolve("sequence"), "200000\n");
    StringBuilder journal = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      journal.append(i).append(" NEW EURUSD BUY 1.00 @ 1.08").append(i % 1000).append('\n');
    }
    Files.writeString(folder.resolve("journal/000001.log"), journal);
  }

  /** What the engine writes while it trades on. */
  static void tradeOn(Path folder, long trades) throws IOException {
    Files.writeString(folder.resolve("sequence"), trades + "\n");
    Files.writeString(
        folder.resolve("journal/000002.log"), "up to " + trades + "\n", StandardOpenOption.CREATE);
  }

  /** What a folder holds, by path: type, mode, owner, time, and digest or link. */
  static SortedMap<String, String> fingerprint(Path folder) throws IOException {
    SortedMap<String, String> fingerprint = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        fingerprint.put(folder.relativize(path).toString(), describe(path));
      }
    }
    return fingerprint;
  }

  private static String describe(Path path) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isSymbolicLink()) {
      return "link to " + Files.readSymbolicLink(path);
    }
    String about =
        String.join(
            " ",
            PosixFilePermissions.toString(attributes.permissions()),
            attributes.owner().getName(),
            attributes.lastModifiedTime().toString());
    return attributes.isDirectory()
        ? "folder " + about
        : "file " + about + " " + Sha256.of(Files.readAllBytes(path));
  }
}
