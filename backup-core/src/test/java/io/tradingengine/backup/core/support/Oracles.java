package io.tradingengine.backup.core.support;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Programs written by others that judge what we wrote: gpg, zstd, tar, rsync, PostgreSQL's own
 * tools.
 *
 * <p>A missing program fails the test where {@code CI=true}, and skips it by name elsewhere.
 */
public final class Oracles {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** Where Debian keeps what is not on the path. */
  private static final List<String> MORE_FOLDERS =
      List.of("/usr/lib/postgresql/15/bin", "/usr/sbin", "/sbin");

  private static final Map<String, String> PACKAGES =
      Map.ofEntries(
          Map.entry("gpg", "gnupg"),
          Map.entry("gpgconf", "gnupg"),
          Map.entry("initdb", "postgresql-15"),
          Map.entry("pg_amcheck", "postgresql-client-15"),
          Map.entry("pg_basebackup", "postgresql-client-15"),
          Map.entry("pg_checksums", "postgresql-15"),
          Map.entry("pg_controldata", "postgresql-15"),
          Map.entry("pg_ctl", "postgresql-15"),
          Map.entry("pg_dump", "postgresql-client-15"),
          Map.entry("pg_verifybackup", "postgresql-client-15"),
          Map.entry("pg_waldump", "postgresql-15"),
          Map.entry("pgbench", "postgresql-15"),
          Map.entry("psql", "postgresql-client-15"),
          Map.entry("redis-cli", "redis-tools"),
          Map.entry("rrsync", "rsync"),
          Map.entry("ssh", "openssh-client"),
          Map.entry("ssh-keygen", "openssh-client"),
          Map.entry("sshd", "openssh-server"));

  private Oracles() {}

  /** What a program left: its exit code and what it said. */
  public record Result(List<String> command, int exitCode, String stdout, String stderr) {
    /** This result if the program succeeded; fails the test with what it said otherwise. */
    public Result orFail() {
      if (exitCode != 0) {
        fail(
            "%s exited with %d%n%s%s"
                .formatted(String.join(" ", command), exitCode, stdout, stderr));
      }
      return this;
    }
  }

  /** Finds {@code program}, or fails or skips the running test. */
  public static Path require(String program) {
    Optional<Path> found = find(program);
    if (found.isPresent()) {
      return found.get();
    }
    String message =
        "%s is not installed: apt-get install %s"
            .formatted(program, PACKAGES.getOrDefault(program, program));
    if ("true".equals(System.getenv("CI"))) {
      return fail(message);
    }
    return abort(message);
  }

  /** Finds {@code program} on the path or where Debian keeps PostgreSQL 15's. */
  public static Optional<Path> find(String program) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(Stream.of(path.split(File.pathSeparator, -1)), MORE_FOLDERS.stream())
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** Runs {@code command}; its first word is looked up by {@link #require}. */
  public static Result run(String... command) {
    return run(List.of(command));
  }

  /** Runs {@code command}; its first word is looked up by {@link #require}. */
  public static Result run(List<String> command) {
    return command(command).run();
  }

  /** Runs {@code command}; its first word is looked up by {@link #require}. */
  public static Result run(List<String> command, Duration timeout) {
    return command(command).timeout(timeout).run();
  }

  /** A command with more to say about it; its first word is looked up by {@link #require}. */
  public static Command command(String... command) {
    return command(List.of(command));
  }

  /** A command with more to say about it; its first word is looked up by {@link #require}. */
  public static Command command(List<String> command) {
    return new Command(command);
  }

  /** A command about to run. Input is empty, the time limit two minutes unless told. */
  public static final class Command {
    private final List<String> words;
    private final Map<String, String> environment = new HashMap<>(Map.of("LC_ALL", "C.UTF-8"));
    private Duration timeout = TIMEOUT;
    private boolean nonRoot;
    private Path folder;
    private Path stdin;
    private Path stdout;

    private Command(List<String> words) {
      this.words = List.copyOf(words);
    }

    public Command timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /** The working directory. */
    public Command in(Path folder) {
      this.folder = folder;
      return this;
    }

    public Command environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** Reads standard input from a file. */
    public Command from(Path stdin) {
      this.stdin = stdin;
      return this;
    }

    /** Writes standard output to a file, byte for byte; the result's stdout is then empty. */
    public Command to(Path stdout) {
      this.stdout = stdout;
      return this;
    }

    /** For programs that refuse to run as root. Needed only where they do. */
    public Command nonRoot() {
      this.nonRoot = true;
      return this;
    }

    public Result run() {
      Path program = Path.of(words.get(0));
      if (!program.isAbsolute()) {
        program = require(words.get(0));
      }
      List<String> command =
          Stream.concat(Stream.of(program.toString()), words.stream().skip(1)).toList();
      try {
        Path out = Files.createTempFile("oracle", ".out");
        Path err = Files.createTempFile("oracle", ".err");
        try {
          ProcessBuilder builder =
              new ProcessBuilder(nonRoot ? NonRoot.command(command) : command)
                  .redirectInput(stdin == null ? new File("/dev/null") : stdin.toFile())
                  .redirectOutput(stdout == null ? out.toFile() : stdout.toFile())
                  .redirectError(err.toFile());
          if (folder != null) {
            builder.directory(folder.toFile());
          }
          builder.environment().putAll(environment);
          int exitCode = await(builder.start(), command);
          return new Result(command, exitCode, read(out), read(err));
        } finally {
          Files.delete(out);
          Files.delete(err);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot run " + String.join(" ", command), e);
      }
    }

    private int await(Process process, List<String> command) {
      try {
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
          return fail("%s did not end within %s".formatted(String.join(" ", command), timeout));
        }
        return process.exitValue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while running " + command, e);
      } finally {
        if (process.isAlive()) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
        }
      }
    }

    private static String read(Path file) throws IOException {
      return new String(Files.readAllBytes(file), UTF_8);
    }
  }
}
