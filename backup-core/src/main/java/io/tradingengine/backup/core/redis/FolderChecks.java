package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.spi.RestoreTask;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Looks at folders for what stands in the way of a restore. Adds to a list of findings. */
final class FolderChecks {
  private static final double MIB = 1 << 20;

  private final String source;
  private final RestoreTask task;
  private final List<Finding> findings;

  FolderChecks(String source, RestoreTask task, List<Finding> findings) {
    this.source = source;
    this.task = task;
    this.findings = findings;
  }

  /**
   * Looks at a folder.
   *
   * @param bytes how much is to be written there
   */
  void check(Path folder, long bytes) throws IOException {
    Path existing = FileOwner.existing(folder);
    if (!Files.isDirectory(existing)) {
      error(existing + " is not a folder", "remove it, or restore elsewhere (--into)");
      return;
    }
    if (!Files.isWritable(existing)) {
      error(
          "nothing can be written in " + existing,
          "restore as a user who may, such as the server's, or elsewhere (--into)");
    }
    long free = Files.getFileStore(existing).getUsableSpace();
    if (free < bytes) {
      error(
          String.format(
              Locale.ROOT,
              "the file system of %s has %.1f MiB free, the restore needs %.1f MiB there",
              folder,
              free / MIB,
              bytes / MIB),
          "free some, or restore elsewhere (--into)");
    }
    if (existing.equals(folder)) {
      checkOccupants(folder);
    }
  }

  private void checkOccupants(Path folder) throws IOException {
    if (RestoreFolder.isInUse(folder)) {
      error("another restore into " + folder + " is at work", "wait for it, or stop it");
    }
    if (RestoreFolder.occupants(folder).isEmpty()) {
      return;
    }
    if (task.force()) {
      findings.add(
          Finding.info(source, folder + " is not empty: what is there will be moved aside"));
    } else {
      error(
          folder + " is not empty",
          "restore elsewhere (--into), or move what is there aside (--force)");
    }
  }

  /** Looks for servers that run in the folders; they would write over what is restored. */
  void checkServers(List<Path> folders, Connections connections)
      throws IOException, InterruptedException {
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        continue;
      }
      Optional<String> server = processIn(folder);
      if (server.isEmpty()) {
        server = configuredIn(folder, connections);
      }
      server.ifPresent(
          who ->
              error(
                  "a server runs in " + folder + " (" + who + ")",
                  "stop it first (redis-cli SHUTDOWN NOSAVE), or restore elsewhere (--into)"));
    }
  }

  /** A server that has made the folder its own, as far as the system shows other processes. */
  static Optional<String> processIn(Path folder) throws IOException {
    Path real = folder.toRealPath();
    try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
      return processes
          .map(ProcessHandle::pid)
          .filter(pid -> isServer(pid, real))
          .map(pid -> "process " + pid)
          .findFirst();
    }
  }

  private static boolean isServer(long pid, Path folder) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      String program = Files.readString(process.resolve("comm"));
      return (program.contains("redis-serv") || program.contains("valkey-serv"))
          && Files.readSymbolicLink(process.resolve("cwd")).equals(folder);
    } catch (IOException e) {
      return false; // it has ended, or belongs to somebody else
    }
  }

  /** A server that the configuration names, if it is on this machine and says that it is there. */
  private static Optional<String> configuredIn(Path folder, Connections connections)
      throws IOException, InterruptedException {
    try {
      for (Node node : connections.nodes().find()) {
        if (!isLocal(node.master())) {
          continue;
        }
        try (RedisLink link = connections.servers().connect(node.master())) {
          Optional<String> directory = ServerConfiguration.get(link, "dir");
          if (directory.isPresent()
              && Path.of(directory.get()).normalize().equals(folder.toRealPath())) {
            return Optional.of(node.master().toString());
          }
        }
      }
    } catch (IOException e) {
      return Optional.empty(); // a server that does not answer is what such a restore is for
    }
    return Optional.empty();
  }

  private static boolean isLocal(RedisAddress address) throws IOException {
    if (address instanceof RedisAddress.Tcp tcp) {
      InetAddress host = InetAddress.getByName(tcp.host());
      return host.isLoopbackAddress() || NetworkInterface.getByInetAddress(host) != null;
    }
    return true;
  }

  private void error(String message, String hint) {
    findings.add(Finding.error(source, message, hint));
  }
}
