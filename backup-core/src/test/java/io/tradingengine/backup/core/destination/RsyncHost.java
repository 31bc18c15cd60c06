package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.SshServer;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A folder behind an sshd, and a staging folder here.
 *
 * @param root the folder, as this host sees it
 */
record RsyncHost(SshServer server, Path root, Path staging) {
  static RsyncHost in(SshServer server, Path directory) throws IOException {
    Path real = directory.toRealPath();
    RsyncHost host = new RsyncHost(server, real.resolve("backups"), real.resolve("staging"));
    Files.createDirectories(host.root);
    Files.createDirectories(host.staging);
    server.authorize("restrict");
    return host;
  }

  /** The account may run rsync below the folder, as rrsync has it with these options. */
  void restrict(String options) throws IOException {
    Oracles.require("python3");
    String command = Oracles.require("rrsync") + " " + options + " " + root;
    server.authorize("command=\"" + command + "\",restrict");
  }

  Settings settings() {
    return settings(root.toString());
  }

  Settings settings(String path) {
    return Settings.of("rsync")
        .with("target", System.getProperty("user.name") + "@127.0.0.1:" + path)
        .with("port", server.port())
        .with("ssh-key", server.key())
        .with("known-hosts", server.knownHosts())
        .with("staging", staging);
  }

  static RsyncDestination open(Settings settings) {
    return (RsyncDestination) new RsyncDestinationProvider().open(settings);
  }

  /** Names below the folder, hidden ones too, in order. */
  List<String> names() throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths
          .filter(path -> !path.equals(root))
          .map(path -> root.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  /** The programs of this host that use the account's key. */
  List<ProcessHandle> clients() {
    String key = server.key().toString();
    return ProcessHandle.allProcesses()
        .filter(ProcessHandle::isAlive)
        .filter(process -> process.info().commandLine().orElse("").contains(key))
        .toList();
  }

  /** The same, once those that are about to end have ended. */
  List<ProcessHandle> lastingClients() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!clients().isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    return clients();
  }

  static Content random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return Content.of(bytes);
  }
}
