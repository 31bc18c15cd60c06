package io.tradingengine.backup.core.support;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An sshd of our own on 127.0.0.1 that lets one key in, as the user who runs the tests. Stops, with
 * all of its sessions, when it is closed.
 */
public final class SshServer implements Closeable {
  private final Path home;
  private final int port;
  private Process process;
  private List<String> settings = List.of();

  private SshServer(Path home, int port) {
    this.home = home;
    this.port = port;
  }

  /**
   * Starts one, with new keys.
   *
   * @param home an empty folder for keys and settings
   * @param restriction the options before the key in authorized_keys, such as {@code restrict}
   */
  public static SshServer start(Path home, String restriction) {
    try {
      Files.createDirectories(Path.of("/run/sshd"));
      for (String key : List.of("host", "user", "other")) {
        Oracles.run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-C",
                "",
                "-f",
                home.resolve(key).toString())
            .orFail();
      }
      Oracles.require("rsync");
      SshServer server = new SshServer(home, freePort());
      server.authorize(restriction);
      server.pin("host");
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Changes the options before the key in authorized_keys. */
  public void authorize(String restriction) throws IOException {
    String key = Files.readString(home.resolve("user.pub"));
    Files.writeString(home.resolve("authorized_keys"), restriction + " " + key);
  }

  /** Writes a host key, by the name of its file, into known_hosts for this server. */
  public void pin(String key) throws IOException {
    pin(key, port);
  }

  /** The same for another port that leads here. */
  public void pin(String key, int port) throws IOException {
    String line = Files.readString(home.resolve(key + ".pub"));
    Files.writeString(knownHosts(), "[127.0.0.1]:" + port + " " + line);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Stops it and starts it with more lines in its sshd_config. */
  public void restart(String... lines) throws IOException {
    stop();
    settings = List.of(lines);
    start();
  }

  private void start() throws IOException {
    Path config = home.resolve("sshd_config");
    List<String> lines = new ArrayList<>(settings);
    lines.addAll(
        List.of(
            "ListenAddress 127.0.0.1",
            "Port " + port,
            "HostKey " + home.resolve("host"),
            "AuthorizedKeysFile " + home.resolve("authorized_keys"),
            "PidFile none",
            "UsePAM no",
            "StrictModes no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            // What the user's shell does at its start is none of the tests' business.
            "SetEnv HOME=" + home));
    Files.write(config, lines);
    process =
        new ProcessBuilder(Oracles.require("sshd").toString(), "-D", "-e", "-f", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("sshd.log").toFile())
            .start();
    awaitPort();
  }

  private void awaitPort() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() - deadline > 0) {
          fail("sshd does not listen: " + Files.readString(home.resolve("sshd.log")), e);
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for sshd", e);
    }
  }

  public int port() {
    return port;
  }

  /** The private key that is let in. */
  public Path key() {
    return home.resolve("user");
  }

  /** A private key that is not. */
  public Path otherKey() {
    return home.resolve("other");
  }

  public Path knownHosts() {
    return home.resolve("known_hosts");
  }

  /** The programs that its sessions run, such as rsync. */
  public List<ProcessHandle> sessions() {
    return process.descendants().toList();
  }

  /** Stops it, with all of its sessions. */
  public void stop() {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(
        each -> {
          while (each.isAlive()) {
            pause();
          }
        });
  }

  @Override
  public void close() {
    stop();
  }
}
