package io.tradingengine.backup.core.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * A real PostgreSQL server for a test: its own data directory, 127.0.0.1, a free port, gone with
 * {@link #close()}.
 *
 * <pre>{@code
 * try (PgServer server = PgServer.of(17).setting("summarize_wal", "on").start()) {
 *   server.execute("create table t as select generate_series(1, 10) id");
 *   assertThat(server.value("select count(*) from t")).isEqualTo("10");
 * }
 * try (PgServer restored = PgServer.start(directory, 17)) { … }
 * }</pre>
 *
 * <p>Connections need a password (SCRAM), replication too; there is no Unix socket. Data checksums
 * are on. The server does not fsync unless told ({@code setting("fsync", "on")}). Safe for use by
 * several threads once started, except stopping and starting.
 */
public final class PgServer implements AutoCloseable {
  /** The versions at hand. */
  public static final List<Integer> MAJORS = List.of(15, 17, 18);

  public static final String USER = "postgres";

  /** The superuser's password. Conspicuous, so that a test can look for it where it must not be. */
  public static final String PASSWORD = "Pa55-of-the-superuser";

  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final int major;
  private final Path home;
  private final Path dataDirectory;
  private final Path log;
  private final boolean standby;
  private final Map<String, String> options;
  private final Thread hook = new Thread(this::abandon, "stop PostgreSQL");
  private final int port;
  private Process process;

  private PgServer(Builder builder, Path home, Path dataDirectory, boolean restored) {
    this.major = builder.major;
    this.home = home;
    this.dataDirectory = dataDirectory;
    this.log = home.resolve("server.log");
    this.standby = builder.standby;
    this.port = freePort();
    this.options = new LinkedHashMap<>();
    options.put("listen_addresses", "127.0.0.1");
    options.put("unix_socket_directories", "");
    options.put("port", Integer.toString(port));
    options.put("fsync", "off");
    if (restored) {
      options.put("logging_collector", "off");
      options.putAll(builder.settings);
    }
  }

  /** A server to be configured before it starts, with a new cluster. */
  public static Builder of(int major) {
    return new Builder(major);
  }

  /** A new cluster with default settings. */
  public static PgServer start(int major) {
    return of(major).start();
  }

  /** Starts the cluster in {@code dataDirectory}, which stays when the server is closed. */
  public static PgServer start(Path dataDirectory, int major) {
    return of(major).start(dataDirectory);
  }

  /** The folder with postgres, initdb and pg_ctl of {@code major} (there are no client tools). */
  public static Path bin(int major) {
    return Distribution.of(major).resolve("bin");
  }

  public static final class Builder {
    private final int major;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> initdb = new ArrayList<>();
    private final List<String> hba = new ArrayList<>();
    private boolean checksums = true;
    private boolean standby;

    private Builder(int major) {
      this.major = major;
    }

    /** A line of postgresql.conf (for a restored cluster: a command-line option). */
    public Builder setting(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /** More arguments of initdb, such as {@code --wal-segsize=1}. */
    public Builder initdb(String... arguments) {
      initdb.addAll(List.of(arguments));
      return this;
    }

    public Builder dataChecksums(boolean on) {
      checksums = on;
      return this;
    }

    /** A line of pg_hba.conf that goes before the default ones. */
    public Builder hba(String line) {
      hba.add(line);
      return this;
    }

    /** Counts as started once read-only connections are accepted; else recovery must have ended. */
    public Builder standby() {
      standby = true;
      return this;
    }

    /** Makes a cluster and starts it. */
    public PgServer start() {
      Path home = newHome();
      PgServer server = new PgServer(this, home, home.resolve("data"), false);
      try {
        server.init(this);
        server.start0();
        return server;
      } catch (Throwable e) {
        server.close();
        throw e;
      }
    }

    /** Starts the cluster in {@code dataDirectory}, which stays when the server is closed. */
    public PgServer start(Path dataDirectory) {
      PgServer server = new PgServer(this, newHome(), dataDirectory.toAbsolutePath(), true);
      try {
        NonRoot.own(server.dataDirectory);
        server.start0();
        return server;
      } catch (Throwable e) {
        server.close();
        throw e;
      }
    }
  }

  public int major() {
    return major;
  }

  public String host() {
    return "127.0.0.1";
  }

  public int port() {
    return port;
  }

  public Path dataDirectory() {
    return dataDirectory;
  }

  public Path bin() {
    return bin(major);
  }

  /** All that the server has logged so far. */
  public String log() {
    try {
      return Files.exists(log) ? new String(Files.readAllBytes(log), UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The superuser's URL for the database {@code postgres}, password included. */
  public String jdbcUrl() {
    return jdbcUrl("postgres") + "?user=" + USER + "&password=" + PASSWORD;
  }

  /** The URL of {@code database} without user and password. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** A new connection of the superuser to the database {@code postgres}. */
  public Connection connect() throws SQLException {
    return connect("postgres", USER, PASSWORD);
  }

  public Connection connect(String database, String user, String password) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    return DriverManager.getConnection(jdbcUrl(database), properties);
  }

  /** Executes each statement on its own, as superuser in the database {@code postgres}. */
  public void execute(String... statements) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** The rows as text; a null is {@code null}. */
  public List<List<String>> query(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<List<String>> rows = new ArrayList<>();
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(result.getString(i));
        }
        rows.add(Collections.unmodifiableList(row));
      }
      return Collections.unmodifiableList(rows);
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** The only value of the only row. */
  public String value(String sql) {
    List<List<String>> rows = query(sql);
    if (rows.size() != 1 || rows.get(0).size() != 1) {
      throw new IllegalStateException("not one value but " + rows + ": " + sql);
    }
    return rows.get(0).get(0);
  }

  /** Stops and starts it again, on the same port. */
  public void restart() {
    stop();
    start0();
  }

  /** Disconnects everybody and stops, cleanly. Does nothing if it does not run. */
  public void stop() {
    stop("fast");
  }

  /** Stops as a crash would: what is not in WAL is lost, recovery is needed. */
  public void crash() {
    stop("immediate");
  }

  /** Starts it after {@link #stop()} or {@link #crash()}, on the same port. */
  public void startAgain() {
    start0();
  }

  /** Stops the server; removes its data directory unless the caller brought it. */
  @Override
  public void close() {
    try {
      stop("immediate");
    } finally {
      deleteHome();
    }
  }

  private void deleteHome() {
    try {
      deleteTree(home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void init(Builder builder) {
    try {
      Path passwords = home.resolve("password");
      Files.write(passwords, List.of(PASSWORD));
      NonRoot.own(home);
      List<String> command = new ArrayList<>();
      command.addAll(
          List.of(
              bin().resolve("initdb").toString(),
              "--pgdata=" + dataDirectory,
              "--username=" + USER,
              "--pwfile=" + passwords,
              "--auth=scram-sha-256",
              "--encoding=UTF8",
              "--locale=C",
              "--no-sync",
              "--no-instructions"));
      if (builder.checksums) {
        command.add("--data-checksums");
      } else if (major >= 18) {
        command.add("--no-data-checksums");
      }
      command.addAll(builder.initdb);
      Oracles.command(command).nonRoot().run().orFail();

      List<String> hba = new ArrayList<>(builder.hba);
      hba.add("local all all trust");
      hba.add("host all all 127.0.0.1/32 scram-sha-256");
      hba.add("host replication all 127.0.0.1/32 scram-sha-256");
      Files.write(dataDirectory.resolve("pg_hba.conf"), hba);
      List<String> conf = new ArrayList<>();
      builder.settings.forEach(
          (name, value) -> conf.add(name + " = '" + value.replace("'", "''") + "'"));
      Files.write(dataDirectory.resolve("postgresql.conf"), conf, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void start0() {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException("PostgreSQL " + major + " runs already on port " + port);
    }
    List<String> command = new ArrayList<>();
    command.add(bin().resolve("postgres").toString());
    command.addAll(List.of("-D", dataDirectory.toString()));
    options.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    try {
      // A pid file left by a crash would be taken for that of the server about to start.
      Files.deleteIfExists(dataDirectory.resolve("postmaster.pid"));
      ProcessBuilder builder =
          new ProcessBuilder(NonRoot.command(command))
              .redirectErrorStream(true)
              .redirectInput(new java.io.File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().put("LC_ALL", "C");
      builder.environment().remove("PGDATA");
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(hook);
    awaitReady();
  }

  /** Waits as {@code pg_ctl start -w} does: for the status line in postmaster.pid. */
  private void awaitReady() {
    Instant deadline = Instant.now().plus(TIMEOUT);
    while (true) {
      String status = status();
      if (status.equals("ready") || (standby && status.equals("standby"))) {
        return;
      }
      if (!process.isAlive()) {
        throw new IllegalStateException("PostgreSQL " + major + " did not start:\n" + log());
      }
      if (Instant.now().isAfter(deadline)) {
        throw new IllegalStateException(
            "PostgreSQL " + major + " is not ready after " + TIMEOUT + ":\n" + log());
      }
      sleep();
    }
  }

  private String status() {
    try {
      List<String> lines = Files.readAllLines(dataDirectory.resolve("postmaster.pid"), UTF_8);
      return lines.size() < 8 ? "" : lines.get(7).trim();
    } catch (IOException e) {
      return "";
    }
  }

  private void stop(String mode) {
    if (process == null) {
      return;
    }
    if (process.isAlive()) {
      signal(mode.equals("fast") ? "INT" : "QUIT");
      try {
        if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new IllegalStateException("PostgreSQL " + major + " did not stop:\n" + log());
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
    process = null;
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is shutting down: the hook runs anyway and finds nothing to stop.
    }
  }

  private void signal(String name) {
    Oracles.run("kill", "-" + name, Long.toString(process.pid()));
  }

  private void abandon() {
    Process running = process;
    if (running != null && running.isAlive()) {
      try {
        new ProcessBuilder("kill", "-QUIT", Long.toString(running.pid())).start().waitFor();
        running.waitFor(10, TimeUnit.SECONDS);
        deleteTree(home);
      } catch (IOException e) {
        running.destroyForcibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL started", e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path newHome() {
    try {
      return Files.createTempDirectory("pg-server");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // a server that is ending removes files too
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** The unpacked servers: target/pg/N/dist, unpacked by the first who needs it. */
  private static final class Distribution {
    private Distribution() {}

    static synchronized Path of(int major) {
      Path folder = root().resolve(Integer.toString(major));
      Path dist = folder.resolve("dist");
      if (Files.isDirectory(dist)) {
        return dist;
      }
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve("dist.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid() && !Files.isDirectory(dist)) {
          Path unfinished = folder.resolve("dist.unfinished");
          deleteTree(unfinished);
          unpack(archive(folder), unfinished);
          Files.move(unfinished, dist, StandardCopyOption.ATOMIC_MOVE);
        }
        return dist;
      } catch (IOException e) {
        throw new UncheckedIOException(
            "PostgreSQL " + major + " is not in " + folder + ": run 'mvn generate-test-resources'",
            e);
      }
    }

    private static Path root() {
      String told = System.getProperty("postgres.binaries");
      if (told != null) {
        return Path.of(told);
      }
      Path here = Path.of("target", "pg").toAbsolutePath();
      return Files.isDirectory(here)
          ? here
          : Path.of("backup-core", "target", "pg").toAbsolutePath();
    }

    private static Path archive(Path folder) throws IOException {
      try (DirectoryStream<Path> archives = Files.newDirectoryStream(folder, "*.txz")) {
        for (Path archive : archives) {
          return archive;
        }
      }
      throw new IOException("no *.txz in " + folder);
    }

    private static void unpack(Path archive, Path to) throws IOException {
      try (InputStream in = Files.newInputStream(archive);
          TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(in))) {
        for (TarArchiveEntry entry = tar.getNextEntry();
            entry != null;
            entry = tar.getNextEntry()) {
          Path path = to.resolve(entry.getName()).normalize();
          if (entry.isDirectory()) {
            Files.createDirectories(path);
            continue;
          }
          Files.createDirectories(path.getParent());
          if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
          } else if (entry.isLink()) {
            Files.createLink(path, to.resolve(entry.getLinkName()).normalize());
          } else {
            Files.copy(tar, path);
            if ((entry.getMode() & 0100) != 0) {
              Set<PosixFilePermission> permissions = EnumSet.copyOf(OWNER_ONLY);
              permissions.addAll(PosixFilePermissions.fromString("---r-xr-x"));
              Files.setPosixFilePermissions(path, permissions);
            }
          }
        }
      }
    }
  }
}
