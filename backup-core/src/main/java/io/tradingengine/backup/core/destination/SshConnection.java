package io.tradingengine.backup.core.destination;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How rsync reaches the other host: by ssh, with nothing but the given key and the given host keys,
 * and no questions asked. One connection is kept open for a while and shared, so that only the
 * first run pays for a handshake; where that is not possible, every run makes its own. Safe for
 * concurrent use.
 */
final class SshConnection implements Closeable {
  /** A kept connection ends by itself when it was idle for so long, should this JVM be killed. */
  private static final Duration KEPT_IDLE = Duration.ofSeconds(60);

  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(30);
  private static final Duration PARTING = Duration.ofSeconds(2);
  private static final int LONGEST_ERROR = 16 << 10;

  /** The kernel takes 108 bytes for a socket's path, of which ssh adds 17 for a while. */
  private static final Pattern SOCKET_PATH = Pattern.compile("[A-Za-z0-9/._+=@,-]{1,88}");

  private final RsyncSettings settings;
  private final ReentrantLock connecting = new ReentrantLock();
  private @Nullable Path control;
  private volatile boolean shared = true;

  SshConnection(RsyncSettings settings) {
    this.settings = settings;
  }

  /**
   * Makes sure that there is a connection to share, as far as there can be one.
   *
   * @throws IOException if the host cannot be reached or does not let us in, saying why
   */
  void connect() throws IOException {
    try {
      connecting.lockInterruptibly();
    } catch (InterruptedException e) {
      throw RsyncException.interrupted("connecting", e);
    }
    try {
      if (shared && !Files.exists(socket())) {
        start();
      }
    } finally {
      connecting.unlock();
    }
  }

  private void start() throws IOException {
    List<String> command = command();
    command.addAll(List.of("-M", "-N", "-f", "-o", "ControlPersist=" + KEPT_IDLE.toSeconds()));
    command.add(settings.target().login());
    RsyncResult result = run(command);
    if (result.exitCode() == 0) {
      return;
    }
    if (result.stderr().contains("unix_listener") || result.stderr().contains("ControlPath")) {
      // This system has no such sockets, or not there; single connections serve as well.
      shared = false;
      return;
    }
    throw RsyncDiagnosis.failure(settings, "connect to", result);
  }

  /** Runs a command there, to see whether that is allowed. */
  RsyncResult run(String remoteCommand) throws IOException {
    List<String> command = command();
    command.addAll(List.of("-o", "ControlMaster=no", settings.target().login(), remoteCommand));
    return run(command);
  }

  private RsyncResult run(List<String> command) throws IOException {
    try (RsyncStaging output = RsyncStaging.in(settings.staging())) {
      Path stdout = output.folder().resolve("stdout");
      Path stderr = output.folder().resolve("stderr");
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().remove("SSH_AUTH_SOCK");
      builder.environment().put("LC_ALL", "C");
      int exitCode;
      try {
        exitCode = ChildProcess.run(builder, stdout, stderr);
      } catch (IOException e) {
        throw RsyncDiagnosis.missingProgram(settings.sshProgram(), "openssh-client", e);
      }
      return new RsyncResult(exitCode, List.of(), bounded(stderr));
    }
  }

  /** The end of a file of messages, which another host may have made as long as it likes. */
  static String bounded(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      in.skip(Math.max(0, Files.size(file) - LONGEST_ERROR));
      return new String(in.readNBytes(LONGEST_ERROR), StandardCharsets.UTF_8);
    }
  }

  /** The ssh command for rsync's {@code -e}: one text, of which rsync makes words again. */
  String remoteShell() throws IOException {
    List<String> words = command();
    words.addAll(List.of("-o", "ControlMaster=no"));
    return String.join(" ", words.stream().map(SshConnection::quoted).toList());
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "''") + "'";
  }

  private List<String> command() throws IOException {
    List<String> words = new ArrayList<>(List.of(settings.sshProgram(), "-F", "none", "-T"));
    words.addAll(List.of("-p", String.valueOf(settings.port())));
    settings
        .sshKey()
        .ifPresent(
            key -> {
              words.addAll(List.of("-i", key.toString()));
              option(words, "IdentitiesOnly", "yes");
              option(words, "IdentityAgent", "none");
            });
    settings
        .knownHosts()
        .ifPresent(file -> option(words, "UserKnownHostsFile", "\"" + file + "\""));
    option(words, "GlobalKnownHostsFile", "/dev/null");
    option(words, "StrictHostKeyChecking", "yes");
    option(words, "UpdateHostKeys", "no");
    option(words, "BatchMode", "yes");
    option(words, "PreferredAuthentications", "publickey");
    option(words, "ClearAllForwardings", "yes");
    option(words, "ForwardAgent", "no");
    option(words, "LogLevel", "ERROR");
    long most = LONGEST_CONNECT.toSeconds();
    option(words, "ConnectTimeout", String.valueOf(Math.min(most, settings.timeoutSeconds())));
    option(words, "ServerAliveInterval", "15");
    option(words, "ServerAliveCountMax", "3");
    option(words, "ControlPath", shared ? socket().toString() : "none");
    return words;
  }

  private static void option(List<String> words, String name, String value) {
    words.addAll(List.of("-o", name + "=" + value));
  }

  private Path socket() throws IOException {
    connecting.lock();
    try {
      if (control == null) {
        control =
            Files.createTempDirectory(
                "rsync-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (!SOCKET_PATH.matcher(control.toString()).matches()) {
          shared = false;
        }
      }
      return control.resolve("ssh");
    } finally {
      connecting.unlock();
    }
  }

  /** Ends the connection that is kept. What runs later makes its own. */
  @Override
  public void close() throws IOException {
    connecting.lock();
    try {
      Path folder = control;
      boolean started = shared && folder != null && Files.exists(folder.resolve("ssh"));
      if (started) {
        List<String> command = command();
        command.addAll(List.of("-O", "exit", settings.target().login()));
        run(command);
        awaitEnd(socket());
      }
      shared = false;
      if (folder != null) {
        Files.deleteIfExists(folder.resolve("ssh"));
        Files.deleteIfExists(folder);
      }
    } finally {
      connecting.unlock();
    }
  }

  /** ssh removes its socket when it ends. */
  private static void awaitEnd(Path socket) {
    long deadline = System.nanoTime() + PARTING.toNanos();
    boolean interrupted = false;
    while (Files.exists(socket) && System.nanoTime() - deadline < 0) {
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "ssh to %s port %d", settings.target(), settings.port());
  }
}
