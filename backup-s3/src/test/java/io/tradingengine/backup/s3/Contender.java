package io.tradingengine.backup.s3;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.spi.Lease;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A process of its own that does with the lease what it is told, a line each, and answers with a
 * line: {@code race} (how many of its threads got it), {@code free}, {@code take}, {@code confirm}.
 */
final class Contender implements AutoCloseable {
  private static final int THREADS = 8;

  private final Process process;
  private final BufferedReader answers;

  private Contender(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  static Contender start(URI endpoint, Duration ttl) throws IOException {
    return new Contender(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                Contender.class.getName(),
                endpoint.toString(),
                String.valueOf(ttl.toMillis()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** Of what the tests run with, be it modules or not. */
  private static String classPath() {
    return String.join(
        File.pathSeparator,
        Path.of(System.getProperty("basedir", "."), "target", "test-classes").toString(),
        System.getProperty("jdk.module.path", ""),
        System.getProperty("java.class.path"));
  }

  void tell(String command) throws IOException {
    var out = process.outputWriter(StandardCharsets.UTF_8);
    out.write(command + "\n");
    out.flush();
  }

  String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the process has ended");
    }
    return line;
  }

  String ask(String command) throws IOException {
    tell(command);
    return answer();
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  public static void main(String[] arguments) throws Exception {
    URI endpoint = URI.create(arguments[0]);
    Duration ttl = Duration.ofMillis(Long.parseLong(arguments[1]));
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    // One each, as if each thread were a program: one destination lets one thread at a time ask.
    List<S3Destination> destinations = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      destinations.add(StrictDestinations.open(endpoint, s3 -> s3, ttl));
    }
    try (var commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      List<Lease> held = new ArrayList<>();
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        System.out.println(answer(line, destinations, threads, held));
        System.out.flush();
      }
    } finally {
      threads.shutdownNow();
      destinations.forEach(S3Destination::close);
    }
  }

  private static String answer(
      String command, List<S3Destination> destinations, ExecutorService threads, List<Lease> held)
      throws Exception {
    switch (command) {
      case "race" -> {
        List<Callable<List<Lease>>> tasks = new ArrayList<>();
        for (S3Destination destination : destinations) {
          tasks.add(() -> take(destination));
        }
        for (Future<List<Lease>> each : threads.invokeAll(tasks)) {
          held.addAll(each.get());
        }
        return String.valueOf(held.size());
      }
      case "free" -> {
        for (Lease lease : held) {
          lease.close();
        }
        held.clear();
        return "free";
      }
      case "take" -> {
        held.addAll(take(destinations.get(0)));
        return held.isEmpty() ? "locked" : "taken";
      }
      default -> {
        return confirm(held.get(0));
      }
    }
  }

  private static String confirm(Lease lease) throws IOException {
    try {
      lease.confirm();
      return "held";
    } catch (LeaseLostException e) {
      return "lost";
    } catch (BackupException e) {
      return e.toString();
    }
  }

  private static List<Lease> take(S3Destination destination) throws IOException {
    try {
      return List.of(destination.lock("a contender"));
    } catch (RepositoryLockedException e) {
      return List.of();
    }
  }
}
