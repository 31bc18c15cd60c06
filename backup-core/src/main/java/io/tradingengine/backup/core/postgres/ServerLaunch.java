package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Postgres.SslMode;
import io.tradingengine.backup.ServerStart;
import io.tradingengine.backup.StartedServer;
import io.tradingengine.backup.StartedServer.State;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.postgres.wire.Login;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts a restored server and follows its recovery: by its control file, which says when it is
 * open, and where the configured role may log in, by what the server itself says. Used once.
 */
final class ServerLaunch {
  private static final long POLL_MILLIS = 200;
  private static final Duration LOGIN = Duration.ofSeconds(5);
  private static final int LOG_LINES = 6;

  /** {@code DBState} in {@code pg_control}, at this place in every version that is supported. */
  private static final int STATE_AT = 16;

  private static final int IN_PRODUCTION = 6;

  private final ServerStart start;
  private final ConnectionSpec spec;
  private final Path log;
  private final boolean standby;
  private byte[] restored = new byte[0];
  private String position = "";
  private @Nullable String settled;
  private long settledSince;

  ServerLaunch(ServerStart start, ConnectionSpec production) {
    this.start = start;
    this.log = start.data().resolve("startup.log");
    this.standby = Files.exists(start.data().resolve("standby.signal"));
    this.spec =
        new ConnectionSpec(
            "127.0.0.1",
            start.port(),
            production.database(),
            production.user(),
            production.password(),
            new ConnectionSpec.Tls(
                SslMode.PREFER, Optional.empty(), Optional.empty(), Optional.empty()),
            LOGIN);
  }

  StartedServer run() throws IOException, InterruptedException {
    Optional<Long> running = ServerProcess.runningIn(start.data());
    if (running.isPresent()) {
      throw new BackupException(
          "A server runs in " + start.data() + " already (process " + running.get() + ")");
    }
    long begin = System.nanoTime();
    restored = control();
    launch();
    State state = await(begin);
    long pid = ServerProcess.runningIn(start.data()).orElse(0L);
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    return new StartedServer(state, position, pid, took);
  }

  private void launch() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(asOwner());
    command.add(program("pg_ctl").toString());
    command.addAll(List.of("-D", start.data().toString(), "-l", log.toString(), "-W", "-o"));
    command.add("-c port=" + start.port());
    command.add("start");
    Process process =
        new ProcessBuilder(command)
            .directory(start.data().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new BackupException("pg_ctl does not come back");
    }
    if (process.exitValue() != 0) {
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      throw new BackupException("pg_ctl cannot start the server: " + said + lastOfLog());
    }
  }

  private Path program(String name) throws IOException {
    Path program = start.programs().resolve(name);
    if (!Files.isExecutable(program)) {
      throw new IOException(
          "there is no "
              + name
              + " in "
              + start.programs()
              + ": name the folder with PostgreSQL's"
              + " programs, such as /usr/lib/postgresql/17/bin");
    }
    return program;
  }

  /** PostgreSQL does not run as root: it runs as whom the files belong to. */
  private List<String> asOwner() throws IOException {
    if (!System.getProperty("user.name", "").equals("root")) {
      return List.of();
    }
    Owner owner = Owner.of(start.data());
    if (owner.isRoot()) {
      throw new BackupException(
          start.data() + " belongs to root, as whom PostgreSQL does not run",
          "chown -R postgres: " + start.data(),
          null);
    }
    return List.of(
        "setpriv", "--reuid=" + owner.uid(), "--regid=" + owner.gid(), "--clear-groups", "--");
  }

  private State await(long begin) throws IOException, InterruptedException {
    while (true) {
      Thread.sleep(POLL_MILLIS);
      if (isOpen()) {
        look();
        return State.OPEN;
      }
      if (look()) {
        return State.PAUSED;
      }
      boolean begun = System.nanoTime() - begin > Duration.ofSeconds(2).toNanos();
      if (begun && ServerProcess.runningIn(start.data()).isEmpty()) {
        throw new BackupException("The restored server has ended" + lastOfLog());
      }
      if (System.nanoTime() - begin > start.patience().toNanos()) {
        throw new BackupException(
            "The restored server is not open after "
                + start.patience().toSeconds()
                + " s, at "
                + position
                + ", and is left running"
                + lastOfLog());
      }
    }
  }

  /** What was restored is of a server in production: only a later state is this server's own. */
  private boolean isOpen() throws IOException {
    byte[] control = control();
    int state = ByteBuffer.wrap(control).order(ByteOrder.nativeOrder()).getInt(STATE_AT);
    return state == IN_PRODUCTION
        && !Arrays.equals(control, restored)
        && ServerProcess.runningIn(start.data()).isPresent();
  }

  private byte[] control() throws IOException {
    return Files.readAllBytes(start.data().resolve(RestoredNames.CONTROL));
  }

  /** Asks the server, if it lets us in; returns whether it waits to be opened. */
  private boolean look() throws InterruptedException {
    try (Connection connection = Login.sql(spec, PostgresCapture.APPLICATION + "-start");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT pg_is_in_recovery(), coalesce(pg_last_wal_replay_lsn()::text, ''),"
                    + " CASE WHEN pg_is_in_recovery() THEN pg_get_wal_replay_pause_state() ELSE ''"
                    + " END")) {
      rows.next();
      String at = rows.getString(2);
      if (!at.isEmpty() && !at.equals(position)) {
        position = at;
        start.progress().accept(at);
      }
      return rows.getBoolean(1) && (rows.getString(3).equals("paused") || hasSettled(at));
    } catch (SQLException e) {
      return false; // Not before it is consistent, and not for every role: its control file tells.
    }
  }

  /** A standby whose log has ended gets no further. */
  private boolean hasSettled(String at) {
    if (!standby || !at.equals(settled)) {
      settled = at;
      settledSince = System.nanoTime();
      return false;
    }
    return System.nanoTime() - settledSince > Duration.ofSeconds(2).toNanos();
  }

  private String lastOfLog() throws IOException {
    if (!Files.exists(log)) {
      return "";
    }
    List<String> lines = Files.readAllLines(log);
    return ". Its log ends with: "
        + String.join(" | ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
  }
}
