package io.tradingengine.backup.examples.demo;

import io.tradingengine.backup.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;

/**
 * A PostgreSQL server on 127.0.0.1 and a free port, with password authentication and data
 * checksums. Not safe for concurrent use.
 */
final class DemoPostgres implements AutoCloseable {
  static final String USER = "postgres";

  private static final int STATUS_LINE = 7;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Path folder;
  private final Secret password;
  private final ServerProcess process;
  private final int port;

  /**
   * A server below {@code folder}: its programs in {@code pgsql}, its data in {@code data}. Starts
   * nothing yet.
   */
  DemoPostgres(Path folder, Secret password) throws IOException, InterruptedException {
    this.folder = folder;
    this.password = password;
    this.process = new ServerProcess("PostgreSQL", folder);
    this.port = ServerProcess.freePort();
  }

  int port() {
    return port;
  }

  Path dataDirectory() {
    return folder.resolve("data");
  }

  /** Unpacks the programs and makes an empty cluster. */
  void create() throws IOException, InterruptedException {
    PostgresBinaries.unpackInto(folder.resolve("pgsql"));
    Path passwordFile = folder.resolve("data-password");
    Files.createDirectory(dataDirectory());
    Files.writeString(passwordFile, password.reveal());
    process.own(dataDirectory());
    process.own(passwordFile);
    try {
      process.run(
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
    } finally {
      Files.delete(passwordFile);
    }
  }

  /** Starts the server on whatever is in the data directory, and waits until it takes writes. */
  void start() throws IOException, InterruptedException {
    process.own(dataDirectory());
    process.start(
        List.of(
            program("postgres"),
            "-D",
            dataDirectory().toString(),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "port=" + port,
            "-c",
            "unix_socket_directories="),
        this::ready);
    awaitWrites();
  }

  /** A server that replays archived WAL is ready for readers long before it is through. */
  private void awaitWrites() throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      while (isInRecovery(statement)) {
        if (System.nanoTime() > end) {
          throw new IOException(
              "PostgreSQL is still recovering after " + PATIENCE.toMinutes() + " min");
        }
        Thread.sleep(100);
      }
    } catch (SQLException e) {
      throw new IOException("PostgreSQL did not recover: " + e.getMessage(), e);
    }
  }

  private static boolean isInRecovery(Statement statement) throws SQLException {
    try (ResultSet result = statement.executeQuery("SELECT pg_is_in_recovery()")) {
      return result.next() && result.getBoolean(1);
    }
  }

  /** Whether postmaster.pid says what {@code pg_ctl -w} waits for: it takes connections. */
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
    process.stop();
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
    process.close();
  }

  private String program(String name) {
    return folder.resolve("pgsql/bin").resolve(name).toString();
  }
}
