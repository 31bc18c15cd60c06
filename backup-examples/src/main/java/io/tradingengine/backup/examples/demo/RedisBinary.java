package io.tradingengine.backup.examples.demo;

import io.tradingengine.backup.BackupException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The Redis server that is packed into the jar, or the system's where that one does not run. */
final class RedisBinary {
  private static final String RESOURCE = "/redis-server-6.2.6-v5-linux-amd64";
  private static final String OF_THE_SYSTEM = "redis-server";

  private RedisBinary() {}

  /** The program that runs below {@code root}, from there; or the system's. */
  static String of(Path root) {
    Path program = Path.of(DemoRedis.FOLDER, OF_THE_SYSTEM);
    return Files.exists(root.resolve(program)) ? program.toString() : OF_THE_SYSTEM;
  }

  /** Unpacks the server into {@code folder}, which is made, and gives the program to run. */
  static String unpackInto(Path folder) throws IOException, InterruptedException {
    Path program = folder.resolve(OF_THE_SYSTEM);
    Files.createDirectory(folder);
    try (InputStream resource = RedisBinary.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new BackupException(
            "The Redis server is not in the jar", "build backup.jar with Maven", null);
      }
      Files.copy(resource, program);
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    if (runs(program.toString())) {
      return program.toString();
    }
    // The packed one needs glibc 2.34 and OpenSSL 3.
    Files.delete(program);
    if (runs(OF_THE_SYSTEM)) {
      return OF_THE_SYSTEM;
    }
    throw new BackupException(
        "The Redis server that the demo brings does not run on this system",
        "install redis-server 6.2 or newer, or run it in a container of Debian 12",
        null);
  }

  private static boolean runs(String program) throws InterruptedException {
    try {
      return new ProcessBuilder(program, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no such program, or none for this system
    }
  }
}
