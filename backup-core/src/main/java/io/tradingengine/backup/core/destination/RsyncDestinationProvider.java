package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.DestinationProvider;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Keeps objects in a folder of another host, by rsync over ssh. Opening connects to nothing: that
 * is what {@code check} and the first operation do.
 */
public final class RsyncDestinationProvider implements DestinationProvider {
  /** ssh expands some characters of a path, and knows no way to write them plainly everywhere. */
  private static final Pattern PLAIN = Pattern.compile("[^%$\"'\\\\\\p{Cntrl}]+");

  @Override
  public String type() {
    return "rsync";
  }

  @Override
  public List<SettingsKey<?>> keys() {
    return RsyncSettings.KEYS;
  }

  /**
   * Opens the destination.
   *
   * @throws BackupException if a file or folder that it names is not there, saying which
   */
  @Override
  public Destination open(Settings settings) {
    RsyncSettings rsync = RsyncSettings.of(settings);
    rsync.sshKey().ifPresent(file -> requireFile(rsync, "ssh-key", file));
    rsync.knownHosts().ifPresent(file -> requireFile(rsync, "known-hosts", file));
    if (!Files.isDirectory(rsync.staging()) || !Files.isWritable(rsync.staging())) {
      throw refused(
          rsync,
          "the staging folder " + rsync.staging() + " is not there or not writable",
          "make it, or give another as 'staging'");
    }
    return new RsyncDestination(rsync, RsyncLeaseTimes.DEFAULT);
  }

  private static void requireFile(RsyncSettings settings, String key, Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw refused(
          settings,
          key + " " + file + " is not there or not readable",
          "give the path of a file that user '"
              + System.getProperty("user.name")
              + "' may read as '"
              + key
              + "'");
    }
    if (!PLAIN.matcher(file.toString()).matches()) {
      throw refused(
          settings,
          key + " " + file + " has characters in its path that ssh does not take as they are",
          "give a path without quotes, backslashes, percent and dollar signs");
    }
  }

  private static BackupException refused(RsyncSettings settings, String reason, String hint) {
    return new BackupException(
        "Cannot keep backups in " + settings.target() + ": " + reason, hint, null);
  }
}
