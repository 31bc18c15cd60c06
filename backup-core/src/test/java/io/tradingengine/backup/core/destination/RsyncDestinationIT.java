package io.tradingengine.backup.core.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.core.support.SshServer;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.contract.DestinationContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract, on an account that may run any program. */
class RsyncDestinationIT extends DestinationContract {
  @TempDir static Path home;
  private static SshServer server;

  @TempDir Path directory;

  @BeforeAll
  static void startServer() {
    server = SshServer.start(home, "restrict");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  /** Options before the key of the account, and the target's path for this folder. */
  protected String restriction(Path root) {
    return "restrict";
  }

  protected String targetPath(Path root) {
    return root.toString();
  }

  @Override
  protected final Destination open() throws IOException {
    Path root = directory.toRealPath().resolve("backups");
    Path staging = directory.resolve("staging");
    Files.createDirectories(root);
    Files.createDirectories(staging);
    server.authorize(restriction(root));
    return new RsyncDestinationProvider()
        .open(
            Settings.of("rsync")
                .with("target", System.getProperty("user.name") + "@127.0.0.1:" + targetPath(root))
                .with("port", server.port())
                .with("ssh-key", server.key())
                .with("known-hosts", server.knownHosts())
                .with("staging", staging));
  }

  @Override
  protected final int races() {
    return 2;
  }

  @AfterEach
  final void nothingStaysInTheStagingFolder() {
    assertThat(directory.resolve("staging")).isEmptyDirectory();
  }
}
