package io.tradingengine.backup.core.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tradingengine.backup.BackupException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which files a server of a version and configuration loads when it starts. A server with an
 * append-only file looks at no {@code dump.rdb}.
 *
 * <p>The files of an append-only directory and the form of its manifest are those of {@code aof.c}
 * in the servers' sources. Immutable.
 */
final class DataFiles {
  /** Nothing that leads elsewhere, nor anything that a manifest would have to quote. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}");

  /** The first version with an append-only directory. */
  private static final int DIRECTORY_SINCE = 7;

  /** What the name of a log of changes ends with. */
  private static final String INCREMENT = ".1.incr.aof";

  private final Layout layout;
  private final Map<String, String> options;

  private DataFiles(Layout layout, Map<String, String> options) {
    this.layout = layout;
    this.options = new LinkedHashMap<>(options);
  }

  /** Whether there has to be an append-only file. */
  enum Log {
    /** If the server that was backed up had one. */
    AS_IT_WAS,
    /** For commands that are applied after the snapshot. */
    NEEDED
  }

  /** Where commands go that are applied after the snapshot. */
  Path log() {
    return layout.others().keySet().stream()
        .filter(each -> each.toString().endsWith(INCREMENT))
        .findFirst()
        .orElse(layout.rdb());
  }

  /**
   * Where things go.
   *
   * @param entry the one file or folder in the server's directory
   * @param rdb where the RDB goes; below the entry, or the entry itself
   * @param others further files, by their paths
   */
  record Layout(Path entry, Path rdb, Map<Path, byte[]> others) {}

  /**
   * Decides.
   *
   * @param program the server that is going to load them; empty for one of the version that was
   *     backed up
   * @param wanted whether there has to be an append-only file
   */
  static DataFiles of(RedisState state, Optional<Path> program, Log wanted) throws IOException {
    String dump = name(state, "dbfilename", "dump.rdb");
    if (wanted == Log.AS_IT_WAS && !"yes".equals(state.settings().get("appendonly"))) {
      Path file = Path.of(dump);
      return new DataFiles(
          new Layout(file, file, Map.of()), options("appendonly", "no", "dbfilename", dump));
    }
    String log = name(state, "appendfilename", "appendonly.aof");
    int major = program.isPresent() ? TemporaryRedis.major(program.get()) : major(state);
    if (major < DIRECTORY_SINCE) {
      Path file = Path.of(log);
      return new DataFiles(
          new Layout(file, file, Map.of()), options("appendonly", "yes", "appendfilename", log));
    }
    String folder = name(state, "appenddirname", "appendonlydir");
    return new DataFiles(
        appendOnlyDirectory(Path.of(folder), log),
        options("appendonly", "yes", "appenddirname", folder, "appendfilename", log));
  }

  /** A base, which is an RDB, an empty log of what came after, and a list of both. */
  private static Layout appendOnlyDirectory(Path folder, String log) {
    String base = log + ".1.base.rdb";
    String increment = log + INCREMENT;
    String manifest = "file " + base + " seq 1 type b\nfile " + increment + " seq 1 type i\n";
    Map<Path, byte[]> others = new LinkedHashMap<>();
    others.put(folder.resolve(increment), new byte[0]);
    others.put(folder.resolve(log + ".manifest"), manifest.getBytes(US_ASCII));
    return new Layout(folder, folder.resolve(base), others);
  }

  private static Map<String, String> options(String... words) {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i < words.length; i += 2) {
      options.put(words[i], words[i + 1]);
    }
    return options;
  }

  private static int major(RedisState state) {
    String version = state.serverVersion();
    String digits = version.substring(0, Math.max(0, version.indexOf('.')));
    return digits.matches("[0-9]{1,4}") ? Integer.parseInt(digits) : DIRECTORY_SINCE;
  }

  /** A name that the manifest gives: anybody may have written that. */
  private static String name(RedisState state, String setting, String usual) {
    String name = state.settings().getOrDefault(setting, usual);
    if (!NAME.matcher(name).matches()) {
      throw new BackupException(
          "The manifest gives '" + name + "' for " + setting + ", which is no plain file name");
    }
    return name;
  }

  Layout layout() {
    return layout;
  }

  /** What a server's configuration has to say so that it loads them. */
  Map<String, String> options() {
    return new LinkedHashMap<>(options);
  }

  /** The command that starts a server on them. */
  String command(String program, Path folder) {
    StringBuilder command = new StringBuilder(program).append(" --dir ").append(quoted(folder));
    options.forEach((name, value) -> command.append(" --").append(name).append(' ').append(value));
    return command.toString();
  }

  /** A path as a shell takes it. */
  static String quoted(Path path) {
    String text = path.toString();
    return text.matches("[A-Za-z0-9_./@%+=:,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** For messages. */
  String describe() {
    return layout.rdb().toString()
        + (layout.others().isEmpty() ? "" : " with " + layout.others().size() + " files beside it");
  }

  /** All files, the RDB first. */
  List<Path> files() {
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of(layout.rdb()), layout.others().keySet().stream())
        .toList();
  }
}
