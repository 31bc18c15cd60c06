package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.Redis.Restore;
import io.tradingengine.backup.core.redis.RedisState.Part;
import io.tradingengine.backup.core.redis.RestoreScheme.Way;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.RedisReplyException;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestoreTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides how a backup is restored, and finds what stands in the way. Used once. */
final class RestorePlanner {
  private final RestoreSettings settings;
  private final RestoreTask task;
  private final List<Finding> findings = new ArrayList<>();

  RestorePlanner(RestoreSettings settings, RestoreTask task) {
    this.settings = settings;
    this.task = task;
  }

  /**
   * Decides. Changes nothing.
   *
   * @throws IntegrityException if the backup is not whole
   * @throws IOException if a server that answers cannot be asked
   */
  RestoreScheme plan(Connections connections) throws IOException, InterruptedException {
    RedisState state = state();
    long bytes = bytes(state);
    describe(state);
    Optional<Replayed> replayed = replayed();
    Way way = way(state, connections);
    if (way instanceof Way.Commands && replayed.isPresent()) {
      error(
          "what was archived after the snapshot cannot be applied key by key",
          "restore online or into files, or the backup as it is");
    }
    if (way instanceof Way.Offline && replayed.isPresent()) {
      describeLog(state);
    }
    return new RestoreScheme(
        state,
        way,
        replayed,
        bytes + replayed.map(each -> each.way().bytes()).orElse(0L),
        findings);
  }

  /** The commands to apply; empty if the snapshot is what is asked for. */
  private Optional<Replayed> replayed() throws IOException {
    if (task.replay().isEmpty()) {
      return Optional.empty();
    }
    Replay replay = task.replay().get();
    CommandRoute.Way way = CommandRoute.find(settings.name(), task.captured().state(), replay);
    way.findings().stream()
        .filter(each -> each.severity() == Finding.Severity.ERROR)
        .forEach(findings::add);
    return way.spans().isEmpty()
        ? Optional.empty()
        : Optional.of(new Replayed(way, replay.changes()));
  }

  private void describeLog(RedisState state) {
    if (!"yes".equals(state.settings().get("appendonly"))) {
      warning(
          "the server that was backed up keeps no append-only file, and what was archived after"
              + " the snapshot stands in one",
          "start the restored server with appendonly yes, as the next steps have it; then CONFIG"
              + " SET appendonly no, and SAVE");
    }
  }

  private RedisState state() {
    try {
      return RedisState.parse(task.captured().state().attributes());
    } catch (IllegalArgumentException e) {
      throw new BackupException(
          "The backup of " + settings.name() + " cannot be restored: " + e.getMessage(), e);
    }
  }

  private long bytes(RedisState state) {
    Map<String, Long> sizes = new HashMap<>();
    for (Captured.ArtifactInfo artifact : task.captured().artifacts()) {
      sizes.put(artifact.name(), artifact.size());
    }
    long bytes = 0;
    for (Part part : state.parts()) {
      Long size = sizes.get(part.artifact());
      if (size == null) {
        throw new IntegrityException(
            task.captured().backupId() + "/" + settings.name(),
            "the manifest speaks of the artifact '" + part.artifact() + "', which is not there",
            null);
      }
      bytes += size;
    }
    return bytes;
  }

  private void describe(RedisState state) {
    if (!state.pointInTime()) {
      warning(
          "this backup was copied key by key: it is not a point in time",
          "expect keys that do not fit one another");
    }
    if (state.expires() > 0) {
      info(
          state.expires()
              + " of "
              + state.keys()
              + " keys were to expire: those whose time has passed since the backup vanish");
    }
  }

  private Way way(RedisState state, Connections connections)
      throws IOException, InterruptedException {
    if (task.into().isPresent()) {
      return offline(state, task.into().get(), connections);
    }
    if (settings.method() == Restore.OFFLINE) {
      if (settings.dataDirectory().isPresent()) {
        return offline(state, settings.dataDirectory().get(), connections);
      }
      error(
          "nothing says into which folder the files shall go",
          "say so (--into DIRECTORY), or set data-directory");
      return new Way.Blocked();
    }
    try {
      return overTheWire(state, connections);
    } catch (RedisReplyException e) {
      error(reason(e), "see that the user may connect and ask INFO, or restore into a folder");
      return new Way.Blocked();
    } catch (IOException e) {
      return unreachable(state, connections, e);
    }
  }

  private Way unreachable(RedisState state, Connections connections, IOException failure)
      throws IOException, InterruptedException {
    Optional<Path> folder = settings.dataDirectory();
    if (settings.method() == Restore.AUTO && folder.isPresent()) {
      info(reason(failure) + "; so its files are restored while it does not run");
      return offline(state, folder.get(), connections);
    }
    error(
        reason(failure),
        "start it, empty; or restore into a folder (--into DIRECTORY, or data-directory)");
    return new Way.Blocked();
  }

  private Way offline(RedisState state, Path folder, Connections connections)
      throws IOException, InterruptedException {
    Path root = folder.toAbsolutePath().normalize();
    List<Path> folders = new ArrayList<>();
    if (state.topology() == RedisState.Topology.CLUSTER) {
      for (int i = 1; i <= state.parts().size(); i++) {
        folders.add(root.resolve("shard-" + i));
      }
    } else {
      folders.add(root);
    }
    describeFiles(state, folders);
    FolderChecks checks = new FolderChecks(settings.name(), task, findings);
    long bytes = bytes(state);
    for (Path each : folders) {
      checks.check(each, bytes);
    }
    checks.checkServers(folders, connections);
    return new Way.Offline(folders);
  }

  private void describeFiles(RedisState state, List<Path> folders) {
    try {
      info(
          "restored as files: "
              + DataFiles.of(state, settings.tryWith(), log(task)).describe()
              + " in "
              + String.join(", ", folders.stream().map(Path::toString).toList()));
    } catch (IOException e) {
      error(reason(e), "set try-with to a redis-server, or leave it out");
    }
  }

  private Way overTheWire(RedisState state, Connections connections)
      throws IOException, InterruptedException {
    List<RestoreTarget> targets = new ArrayList<>();
    for (Node node : connections.nodes().find()) {
      try (RedisLink link = connections.servers().connect(node.master())) {
        targets.add(RestoreTarget.of(node, link));
      }
    }
    TargetChecks checks = new TargetChecks(settings, task, findings);
    boolean usable = true;
    for (RestoreTarget target : targets) {
      usable &= checks.checkUsable(target, state);
    }
    if (!usable) {
      return new Way.Blocked();
    }
    Way way = onlineOrCommands(state, targets, checks, connections);
    checks.checkContents(way, targets, bytes(state));
    return way;
  }

  private Way onlineOrCommands(
      RedisState state, List<RestoreTarget> targets, TargetChecks checks, Connections connections)
      throws IOException, InterruptedException {
    if (settings.method() != Restore.COMMANDS) {
      RestoreTarget target = targets.get(0);
      Optional<TargetChecks.Objection> objection =
          checks.objectionToOnline(state, targets, connections);
      if (objection.isEmpty()) {
        info(
            "restored online: "
                + target.address()
                + " becomes a replica of this process until all is in, and takes no writes"
                + " meanwhile");
        return new Way.Online(target);
      }
      if (settings.method() == Restore.ONLINE) {
        error(objection.get().reason(), objection.get().hint());
        return new Way.Blocked();
      }
      info("not restored online, as " + objection.get().reason());
    }
    info("restored key by key with RESTORE: if it breaks off, a part of the keys is there");
    for (RestoreTarget target : targets) {
      checks.checkMayRestore(target, connections);
    }
    return new Way.Commands(targets);
  }

  private static String reason(IOException failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  static DataFiles.Log log(RestoreTask task) {
    return task.replay().isPresent() ? DataFiles.Log.NEEDED : DataFiles.Log.AS_IT_WAS;
  }

  private void info(String message) {
    findings.add(Finding.info(settings.name(), message));
  }

  private void warning(String message, String hint) {
    findings.add(Finding.warning(settings.name(), message, hint));
  }

  private void error(String message, String hint) {
    findings.add(Finding.error(settings.name(), message, hint));
  }
}
