package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import java.nio.file.Path;

/**
 * A folder of another host, reached by {@code rsync} over {@code ssh}: the offsite copy. Both
 * programs must be installed here, and rsync there. Immutable; each method returns new settings.
 */
public final class Rsync implements DestinationSpec {
  private final Settings settings;

  private Rsync(Settings settings) {
    this.settings = settings;
  }

  /**
   * Keeps backups in a folder of another host.
   *
   * @param target {@code user@host:/absolute/path}, as rsync has it
   */
  public static Rsync to(String target) {
    return new Rsync(Settings.of("rsync").with("target", target));
  }

  /** The private key to log in with; it must not ask for a passphrase. */
  public Rsync sshKey(Path file) {
    return with("ssh-key", file);
  }

  /**
   * The file with the host's key, in the form of ssh's {@code known_hosts}; no other is trusted.
   */
  public Rsync knownHosts(Path file) {
    return with("known-hosts", file);
  }

  /** The port of the host's ssh; 22 by default. */
  public Rsync port(int port) {
    return with("port", port);
  }

  private Rsync with(String key, Object value) {
    return new Rsync(settings.with(key, value));
  }

  @Override
  public Settings settings() {
    return settings;
  }
}
