package io.tradingengine.backup.examples.demo;

import io.tradingengine.backup.BackupException;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A server of our own: runs as a user who may run it, writes a log, and ends with this process at
 * the latest. Not safe for concurrent use.
 */
final class ServerProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 20;

  private final String name;
  private final Path folder;
  private final Path log;
  private final Unprivileged unprivileged;

  /** A command under way does not hear of an interruption, but it ends with its server. */
  private final Thread endOfProcess;

  private @Nullable volatile Process process;

  /**
   * A server that does not run yet.
   *
   * @param name what people call it
   * @param folder where it runs, and writes its log below
   */
  ServerProcess(String name, Path folder) throws IOException, InterruptedException {
    this.name = name;
    this.folder = folder;
    this.log = folder.resolve("log").resolve(name + ".log");
    this.unprivileged = Unprivileged.forOwnerOf(folder);
    this.endOfProcess = new Thread(this::askToStop, "stop " + name);
  }

  /** A port of 127.0.0.1 that nobody listens at. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Gives {@code root} and all below it to whom the server runs as. */
  void own(Path root) throws IOException {
    unprivileged.own(root);
  }

  /** Runs a program of the server's to its end. */
  void run(String... command) throws IOException, InterruptedException {
    Process program = launch(List.of(command));
    try {
      program.waitFor();
    } finally {
      program.destroy();
    }
    if (program.exitValue() != 0) {
      throw new BackupException(command[0] + " failed:" + System.lineSeparator() + logText());
    }
  }

  /** Starts the server, and waits until it is ready. */
  void start(List<String> command, BooleanSupplier ready) throws IOException, InterruptedException {
    Process started = launch(command);
    process = started;
    Runtime.getRuntime().addShutdownHook(endOfProcess);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!ready.getAsBoolean()) {
      if (!started.isAlive() || System.nanoTime() > deadline) {
        throw new BackupException(name + " did not start:" + System.lineSeparator() + logText());
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private Process launch(List<String> command) throws IOException {
    Files.createDirectories(folder.resolve("log"));
    ProcessBuilder builder =
        new ProcessBuilder(unprivileged.command(command))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("LC_ALL", "C");
    builder.environment().keySet().removeIf(each -> each.startsWith("PG"));
    return builder.start();
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
   * SIGINT asks PostgreSQL for a fast shutdown, and Redis for one like any other; SIGTERM, which
   * Process.destroy() sends, would have PostgreSQL wait for its clients.
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

  private String logText() throws IOException {
    return Files.exists(log)
        ? new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1)
        : "(it logged nothing)";
  }
}
