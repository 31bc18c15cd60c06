package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.spi.DestinationOptions;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an rsync destination has to know. Immutable.
 *
 * @param sshKey the private key; empty for ssh's own default
 * @param knownHosts the only file whose host keys are trusted; empty for ssh's own default
 * @param timeout how long nothing may come from the other host before a transfer is given up
 * @param staging an existing folder for files on their way
 * @param bandwidth bytes a second at the most; empty for no bound
 */
record RsyncSettings(
    RsyncTarget target,
    Optional<Path> sshKey,
    Optional<Path> knownHosts,
    int port,
    String rsyncProgram,
    String sshProgram,
    Duration timeout,
    Path staging,
    OptionalLong bandwidth) {
  private static final SettingsKey<String> TARGET =
      SettingsKey.text("target")
          .required()
          .doc("The folder there, user@host:/absolute/path; / where rrsync restricts the account");
  private static final SettingsKey<Path> SSH_KEY =
      SettingsKey.path("ssh-key")
          .doc("The private key to log in with, without a passphrase; ssh's default if absent");
  private static final SettingsKey<Path> KNOWN_HOSTS =
      SettingsKey.path("known-hosts")
          .doc("The only file whose host keys are trusted; the user's own if absent");
  private static final SettingsKey<Integer> PORT =
      SettingsKey.integer("port", 1, 65_535).orElse(22).doc("The port of the host's ssh");
  private static final SettingsKey<String> RSYNC_PROGRAM =
      SettingsKey.text("rsync-program")
          .orElse("rsync")
          .doc("rsync's name on the path, or its path");
  private static final SettingsKey<String> SSH_PROGRAM =
      SettingsKey.text("ssh-program").orElse("ssh").doc("ssh's name on the path, or its path");
  private static final SettingsKey<Duration> TIMEOUT =
      SettingsKey.duration("timeout")
          .orElse(Duration.ofSeconds(60))
          .doc("How long nothing may come from the host before a transfer is given up");
  private static final SettingsKey<Path> STAGING =
      SettingsKey.path("staging")
          .doc("A folder here for files on their way; the system's temporary one if absent");

  static final List<SettingsKey<?>> KEYS =
      List.of(TARGET, SSH_KEY, KNOWN_HOSTS, PORT, RSYNC_PROGRAM, SSH_PROGRAM, TIMEOUT, STAGING);

  /**
   * What these settings say.
   *
   * @throws InvalidConfigException if a value has another form than it should
   */
  static RsyncSettings of(Settings settings) {
    Path staging =
        settings
            .find(STAGING)
            .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir", "/tmp")));
    return new RsyncSettings(
        target(settings),
        settings.find(SSH_KEY).map(Path::toAbsolutePath),
        settings.find(KNOWN_HOSTS).map(Path::toAbsolutePath),
        settings.get(PORT),
        settings.get(RSYNC_PROGRAM),
        settings.get(SSH_PROGRAM),
        settings.get(TIMEOUT),
        staging.toAbsolutePath(),
        DestinationOptions.of(settings).bandwidth());
  }

  private static RsyncTarget target(Settings settings) {
    try {
      return RsyncTarget.parse(settings.get(TARGET));
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException(
          List.of(settings.place() + "." + TARGET.name() + ": " + e.getMessage()));
    }
  }

  /** The time-out in whole seconds, from 1. */
  long timeoutSeconds() {
    return Math.max(1, timeout.toSeconds());
  }
}
