package io.tradingengine.backup.examples.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** The configuration that {@code init} begins with. */
final class SampleConfig {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final String RESOURCE = "sample-backup.yaml";

  private SampleConfig() {}

  /** The sample for a system of that name. */
  static String named(String name) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new WrongUseException(
          "A system cannot be called '" + name + "'", "use letters, digits, '.', '_' and '-'");
    }
    try (InputStream in =
        Objects.requireNonNull(SampleConfig.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("@name@", name)
          .replace("@database@", name.replaceAll("[.-]", "_"));
    }
  }

  /**
   * Writes a new file that only its owner can read, whatever the umask.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one of that name
   */
  static void write(String text, Path file) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try (OutputStream out =
        Channels.newOutputStream(
            Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                ownerOnly))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
