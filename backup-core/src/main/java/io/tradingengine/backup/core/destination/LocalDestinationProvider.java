package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.DestinationProvider;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps objects below a directory, for its owner alone. A directory that is missing is made by the
 * first put or lock, not by opening: who only lists or restores writes nothing, so that a read-only
 * copy of a repository serves as well.
 */
public final class LocalDestinationProvider implements DestinationProvider {
  private static final SettingsKey<Path> PATH =
      SettingsKey.path("path")
          .required()
          .doc("The directory; made, for its owner alone, where it is missing");

  @Override
  public String type() {
    return "local";
  }

  @Override
  public List<SettingsKey<?>> keys() {
    return List.of(PATH);
  }

  /**
   * Opens the directory.
   *
   * @throws BackupException if it is none, cannot be read, or is missing and cannot be made
   */
  @Override
  public Destination open(Settings settings) {
    Path path = settings.get(PATH).toAbsolutePath().normalize();
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      throw refused(path, "its file system knows no POSIX permissions", "keep it on another", null);
    }
    try {
      return new LocalDestination(checked(path), Placement.LINK);
    } catch (IOException e) {
      throw refused(path, "it cannot be resolved: " + e.getMessage(), "check the path", e);
    }
  }

  private static Path checked(Path path) throws IOException {
    if (Files.exists(path)) {
      if (!Files.isDirectory(path)) {
        throw refused(path, "it is a file", "give a directory", null);
      }
      if (!Files.isReadable(path) || !Files.isExecutable(path)) {
        throw refused(path, "permission denied", "let " + user() + " read and enter it", null);
      }
      return path.toRealPath();
    }
    if (Files.isSymbolicLink(path)) {
      throw refused(path, "it is a link to nothing", "is a disk not mounted?", null);
    }
    Path above = Folders.nearest(path);
    if (!Files.isDirectory(above)) {
      throw refused(path, above + " is a file", "give a path below a directory", null);
    }
    if (!Files.isWritable(above)) {
      throw refused(
          path,
          "it is missing, and " + user() + " may not write to " + above,
          "make it and give it to " + user() + ", or mount its disk",
          null);
    }
    // Links above the directory are followed once, here; below it, none is.
    return above.toRealPath().resolve(above.relativize(path));
  }

  private static String user() {
    return "user '" + System.getProperty("user.name") + "'";
  }

  private static BackupException refused(
      Path path, String reason, String hint, @Nullable Throwable cause) {
    return new BackupException("Cannot keep backups in " + path + ": " + reason, hint, cause);
  }
}
