package io.tradingengine.backup.examples.demo;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Secret;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server on 127.0.0.1 and a free port, with password authentication and data
 * checksums. Not safe for concurrent use.
 */
final class DemoServer implements AutoCloseable {
  static final String USER = "postgres";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int STATUS_LINE = 7;

  private final Path folder;
  private final Secret password;
  private final Unprivileged unprivileged;
  private final int port;

  /** A query under way does not hear of an interruption, but it ends with its server. */
  private final Thread endOfProcess = new Thread(this::askToStop, "stop PostgreSQL");

  private @Nullable volatile Process process;

  /**
   * A server below {@code folder}: its programs in {@code pgsql}, its data in {@code data}. Starts
   * nothing yet.
   */
  DemoServer(Path folder, Secret password) throws IOException, InterruptedException {
    this.folder = folder;
    this.password = password;
    this.unprivileged = Unprivileged.forOwnerOf(folder);
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  Path dataDirectory() {
    return folder.resolve("data");
  }

  private Path log() {
    return folder.resolve("log/server.log");
  }

  /** Unpacks the programs and makes an empty cluster. */
  void create() throws IOException, InterruptedException {
    PostgresBinaries.unpackInto(folder.resolve("pgsql"));
    Path passwordFile = folder.resolve("data-password");
    Files.createDirectory(dataDirectory());
    Files.createDirectory(folder.resolve("log"));
    Files.writeString(passwordFile, password.reveal());
    unprivileged.own(dataDirectory());
    unprivileged.own(passwordFile);
    Process initdb =
        start(
            program("initdb"),
            "--pgdata=" + dataDirectory(),
            "--username=" + USER,
            "--pwfile=" + passwordFile,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
            "--no-instructions",
            "--no-sync");
    try {
      initdb.waitFor();
    } finally {
      initdb.destroy();
      Files.delete(passwordFile);
    }
    if (initdb.exitValue() != 0) {
      throw new BackupException("initdb failed:" + System.lineSeparator() + logText());
    }
  }

  /** Starts the server on whatever is in the data directory, and waits until it takes writes. */
  void start() throws IOException, InterruptedException {
    unprivileged.own(dataDirectory());
    Process started =
        start(
            program("postgres"),
            "-D",
            dataDirectory().toString(),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "port=" + port,
            "-c",
            "unix_socket_directories=");
    process = started;
    Runtime.getRuntime().addShutdownHook(endOfProcess);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!ready()) {
      if (!started.isAlive() || System.nanoTime() > deadline) {
        throw new BackupException("PostgreSQL did not start:" + System.lineSeparator() + logText());
      }
      Thread.sleep(20);
    }
  }

  /** Whether postmaster.pid says what {@code pg_ctl -w} waits for: recovery is over. */
  private boolean ready() {
    try {
      List<String> lines =
          Files.readAllLines(
              dataDirectory().resolve("postmaster.pid"), StandardCharsets.ISO_8859_1);
      return lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready");
    } catch (IOException e) {
      return false; // not written yet
    }
  }

  /** Stops the server as an operator would; does nothing if it does not run. */
  void stop() throws InterruptedException {
    Process running = process;
    if (running == null) {
      return;
    }
    askToStop();
    if (!running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      running.destroyForcibly();
    }
    process = null;
    try {
      Runtime.getRuntime().removeShutdownHook(endOfProcess);
    } catch (IllegalStateException e) {
      // This process is ending; the hook finds nothing to stop.
    }
  }

  /**
   * SIGINT asks for a fast shutdown; Process.destroy() would send SIGTERM, which waits for clients.
   */
  private void askToStop() {
    Process running = process;
    if (running != null && running.isAlive()) {
      try {
        new ProcessBuilder("kill", "-INT", Long.toString(running.pid())).start().waitFor();
      } catch (IOException e) {
        running.destroy();
      } catch (InterruptedException e) {
        running.destroy();
        Thread.currentThread().interrupt();
      }
    }
  }

  Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("password", password.reveal());
    properties.setProperty("options", "-c TimeZone=UTC");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database, properties);
  }

  /** Stops the server for good, even if this thread has been interrupted. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    try {
      stop();
    } catch (InterruptedException e) {
      interrupted = true;
      Process running = process;
      if (running != null) {
        running.destroyForcibly();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private String program(String name) {
    return folder.resolve("pgsql/bin").resolve(name).toString();
  }

  private Process start(String... command) throws IOException {
    List<String> all = unprivileged.command(new ArrayList<>(List.of(command)));
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    builder.environment().put("LC_ALL", "C");
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    return builder.start();
  }

  private String logText() throws IOException {
    return Files.exists(log())
        ? new String(Files.readAllBytes(log()), StandardCharsets.ISO_8859_1)
        : "(it logged nothing)";
  }
}
