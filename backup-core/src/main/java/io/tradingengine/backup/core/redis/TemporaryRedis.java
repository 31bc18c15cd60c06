package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Redis.TlsMode;
import io.tradingengine.backup.core.redis.PartReader.Contents;
import io.tradingengine.backup.core.redis.rdb.RdbSummary;
import io.tradingengine.backup.core.redis.wire.RedisAccess;
import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.core.redis.wire.RedisConnector;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that loads restored files, to see whether it can. It listens at a unix socket in a
 * private folder only, saves nothing, and sees the files through links, so that it changes none.
 * Used by one thread.
 */
final class TemporaryRedis implements Closeable {
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration SILENCE = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 50;
  private static final int USUAL_DATABASES = 16;
  private static final Pattern VERSION = Pattern.compile("v=(\\d{1,4})\\.");
  private static final int LOG_LINES = 4;

  private final Path program;
  private final Path home;
  private final Process process;
  private final Thread hook;

  private TemporaryRedis(Path program, Path home) throws IOException {
    this.program = program;
    this.home = home;
    this.process =
        new ProcessBuilder(program.toString(), home.resolve("redis.conf").toString())
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile())
            .start();
    this.hook = new Thread(process::destroyForcibly, "stop the temporary Redis");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * The first number of a server's version.
   *
   * @throws IOException if the program does not say that it is Redis or Valkey
   */
  static int major(Path program) throws IOException {
    Process process =
        new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
    String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.find()) {
      throw new IOException(
          program + " --version says '" + version.strip() + "': set try-with to a redis-server");
    }
    return Integer.parseInt(matcher.group(1));
  }

  /**
   * Starts a server on staged files, and returns when it has loaded them.
   *
   * @param contents what they are known to hold
   * @throws BackupException if it does not load them
   */
  static TemporaryRedis start(
      Path program, DataFiles files, RestoreFolder folder, Contents contents)
      throws IOException, InterruptedException {
    Path home = Files.createTempDirectory("redis-trial");
    TemporaryRedis server;
    try {
      link(files, folder, home);
      Files.write(home.resolve("redis.conf"), configuration(files, home, contents));
      server = new TemporaryRedis(program, home);
    } catch (IOException | RuntimeException e) {
      delete(home);
      throw e;
    }
    try {
      server.awaitLoaded();
      return server;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  /** What the server might write to is a copy; the rest it reads through links. */
  private static void link(DataFiles files, RestoreFolder folder, Path home) throws IOException {
    DataFiles.Layout layout = files.layout();
    if (!layout.rdb().equals(layout.entry())) {
      Files.createDirectory(home.resolve(layout.entry()));
    }
    Files.createSymbolicLink(home.resolve(layout.rdb()), folder.staged(layout.rdb()));
    for (Map.Entry<Path, byte[]> other : layout.others().entrySet()) {
      Files.write(home.resolve(other.getKey()), other.getValue());
    }
  }

  private static List<String> configuration(DataFiles files, Path home, Contents contents) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("port", "0");
    settings.put("unixsocket", quoted(home.resolve("socket").toString()));
    settings.put("unixsocketperm", "700");
    settings.put("dir", quoted(home.toString()));
    settings.put("save", "\"\"");
    int last = contents.summary().map(TemporaryRedis::lastDatabase).orElse(0);
    settings.put("databases", Integer.toString(Math.max(USUAL_DATABASES, last + 1)));
    if (files.layout().others().isEmpty()) {
      // A single append-only file is an RDB, and would be appended to through the link.
      settings.put("appendonly", "no");
      settings.put("dbfilename", files.layout().rdb().toString());
    } else {
      settings.putAll(files.options());
      settings.put("auto-aof-rewrite-percentage", "0");
    }
    List<String> lines = new ArrayList<>();
    settings.forEach((name, value) -> lines.add(name + " " + value));
    return lines;
  }

  private static String quoted(String path) {
    return "\"" + path.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static int lastDatabase(RdbSummary summary) {
    return summary.databases().isEmpty() ? 0 : summary.databases().lastKey();
  }

  private void awaitLoaded() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    while (!Files.exists(home.resolve("socket"))) {
      requireAlive();
      if (System.nanoTime() > deadline) {
        throw refused("does not start within " + START.toSeconds() + " s");
      }
      Thread.sleep(POLL_MILLIS);
    }
    while (isStarting(deadline)) {
      requireAlive();
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** For a moment the socket is there, and nobody listens at it yet. */
  private boolean isStarting(long deadline) throws IOException, InterruptedException {
    try {
      return facts().isLoading();
    } catch (IOException e) {
      if (System.nanoTime() > deadline) {
        throw e;
      }
      return true;
    }
  }

  private ServerFacts facts() throws IOException, InterruptedException {
    RedisAccess access =
        new RedisAccess(
            Optional.empty(),
            Optional::empty,
            new RedisAccess.Tls(
                TlsMode.DISABLE, Optional.empty(), Optional.empty(), Optional.empty()),
            SILENCE);
    try (RedisConnector connector = new RedisConnector(access)) {
      RedisLink link = connector.connect(new RedisAddress.UnixSocket(home.resolve("socket")));
      return ServerFacts.of(link);
    } catch (IOException e) {
      requireAlive();
      throw e;
    }
  }

  private void requireAlive() {
    if (!process.isAlive()) {
      throw refused("does not load the restored files");
    }
  }

  /**
   * Compares what it has loaded with what is known of the files.
   *
   * @throws BackupException if they differ
   */
  void requireKeys(Contents contents) throws IOException, InterruptedException {
    if (contents.summary().isEmpty()) {
      return;
    }
    RdbSummary.Database total = contents.summary().get().total();
    long keys = facts().keys();
    // Those that expire meanwhile may be gone.
    if (keys > total.keys() || keys < total.keys() - total.expired()) {
      throw refused("has loaded " + keys + " keys of " + total.keys());
    }
  }

  private BackupException refused(String what) {
    return new BackupException(
        program + " " + what + "; nothing was restored. Its log ends with: " + lastOfLog(),
        "try it with the version that was backed up, or without try-with",
        null);
  }

  private String lastOfLog() {
    try {
      List<String> lines = Files.readAllLines(home.resolve("log"));
      return String.join(" | ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    } catch (IOException e) {
      return "(" + e + ")";
    }
  }

  /** Stops it, and removes its folder. */
  @Override
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted();
    process.destroyForcibly();
    try {
      process.waitFor(START.toSeconds(), TimeUnit.SECONDS);
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (IllegalStateException e) {
      return; // the JVM is going down
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    delete(home);
  }

  /** Removes a folder and the folders in it; links are not followed. */
  private static void delete(Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          delete(entry);
        } else {
          Files.delete(entry);
        }
      }
    }
    Files.delete(folder);
  }
}
