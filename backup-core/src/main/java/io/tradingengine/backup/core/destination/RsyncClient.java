package io.tradingengine.backup.core.destination;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs rsync between this host and the target folder. The folder is always the one argument there:
 * which objects a run is about goes by rules and by relative names, so that the account there may
 * be restricted by rrsync and no shell sees a key. Safe for concurrent use.
 */
final class RsyncClient implements Closeable {
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 1000;

  private final RsyncSettings settings;
  private final SshConnection ssh;

  /** Where rrsync lets in one run at a time, they line up here instead of being turned away. */
  private final ReentrantLock alone = new ReentrantLock();

  private volatile boolean oneAtATime;

  /** With a bound on bytes a second, objects go one after the other: a run knows only its own. */
  private final Semaphore line = new Semaphore(1, true);

  RsyncClient(RsyncSettings settings) {
    this.settings = settings;
    this.ssh = new SshConnection(settings);
  }

  SshConnection ssh() {
    return ssh;
  }

  /** Sends objects: as {@link #send}, within the bandwidth. */
  RsyncResult sendObjects(Path folder, List<String> options, String name) throws IOException {
    try (Turn bound = new Turn()) {
      return send(folder, bound.with(options), name);
    }
  }

  /**
   * Sends what is at {@code name} in a folder of this host to the same name in the target folder.
   */
  RsyncResult send(Path folder, List<String> options, String name) throws IOException {
    List<String> arguments = new ArrayList<>(options);
    arguments.add("./" + name);
    arguments.add(settings.target().argument());
    return run(folder, arguments);
  }

  /** Fetches objects: as {@link #fetch}, within the bandwidth. */
  RsyncResult fetchObjects(List<String> options, Path into) throws IOException {
    try (Turn bound = new Turn()) {
      return fetch(bound.with(options), into);
    }
  }

  /** Fetches what the rules among the options leave of the target folder. */
  RsyncResult fetch(List<String> options, Path into) throws IOException {
    List<String> arguments = new ArrayList<>(options);
    arguments.add(settings.target().argument());
    arguments.add(into + "/");
    return run(into, arguments);
  }

  /** Lists what the rules leave of the target folder; empty where there is no such folder. */
  List<RsyncEntry> list(List<String> rules, String what) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("-r", "-l", "--list-only", "--no-h"));
    arguments.addAll(rules);
    arguments.add(settings.target().argument());
    RsyncResult result = run(settings.staging(), arguments);
    if (result.lacksRoot()) {
      return List.of();
    }
    if (!result.hasRead()) {
      throw RsyncDiagnosis.failure(settings, what, result);
    }
    return RsyncEntry.parse(result.lines());
  }

  private RsyncResult run(Path folder, List<String> arguments) throws IOException {
    long deadline = System.nanoTime() + settings.timeout().toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      RsyncResult result = oneAtATime ? runAlone(folder, arguments) : runOnce(folder, arguments);
      if (!result.turnedAway() || System.nanoTime() - deadline > 0) {
        return result;
      }
      oneAtATime = true;
      try {
        TimeUnit.MILLISECONDS.sleep(pause);
      } catch (InterruptedException e) {
        throw RsyncException.interrupted("waiting for rrsync", e);
      }
      pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
    }
  }

  private RsyncResult runAlone(Path folder, List<String> arguments) throws IOException {
    try {
      alone.lockInterruptibly();
    } catch (InterruptedException e) {
      throw RsyncException.interrupted("waiting for another run", e);
    }
    try {
      return runOnce(folder, arguments);
    } finally {
      alone.unlock();
    }
  }

  private RsyncResult runOnce(Path folder, List<String> arguments) throws IOException {
    ssh.connect();
    List<String> command = new ArrayList<>(List.of(settings.rsyncProgram(), "-e"));
    command.add(ssh.remoteShell());
    command.add("--no-protect-args");
    command.add("--timeout=" + settings.timeoutSeconds());
    command.addAll(arguments);
    try (RsyncStaging output = RsyncStaging.in(settings.staging())) {
      Path stdout = output.folder().resolve("stdout");
      Path stderr = output.folder().resolve("stderr");
      ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
      environment(builder);
      int exitCode = ChildProcess.run(builder, stdout, stderr);
      return new RsyncResult(
          exitCode,
          Files.readAllLines(stdout, StandardCharsets.ISO_8859_1),
          SshConnection.bounded(stderr));
    } catch (IOException e) {
      throw RsyncDiagnosis.missingProgram(settings.rsyncProgram(), "rsync", e);
    }
  }

  /** Nothing that the user's environment says to rsync counts. */
  private static void environment(ProcessBuilder builder) {
    builder.environment().keySet().removeIf(name -> name.startsWith("RSYNC_"));
    builder.environment().remove("SSH_AUTH_SOCK");
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("TZ", "UTC");
  }

  @Override
  public void close() throws IOException {
    ssh.close();
  }

  /** The place in the line of a run that transfers objects, if there is a bound. */
  private final class Turn implements Closeable {
    private final OptionalLong bandwidth = settings.bandwidth();

    Turn() throws IOException {
      if (bandwidth.isPresent()) {
        try {
          line.acquire();
        } catch (InterruptedException e) {
          throw RsyncException.interrupted("waiting for the line", e);
        }
      }
    }

    /** Rsync counts in KiB a second, and takes 0 for no bound. */
    List<String> with(List<String> options) {
      if (bandwidth.isEmpty()) {
        return options;
      }
      List<String> bounded = new ArrayList<>(options);
      bounded.add(0, "--bwlimit=" + Math.max(1, bandwidth.getAsLong() >> 10));
      return bounded;
    }

    @Override
    public void close() {
      if (bandwidth.isPresent()) {
        line.release();
      }
    }
  }
}
