package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks at the places of a restore for what stands in its way. Adds to a list of findings. */
final class PlaceChecks {
  /** What a file takes up is a multiple of this nearly everywhere. */
  private static final long BLOCK = 4096;

  private static final double MIB = 1 << 20;

  private final String sourceName;
  private final boolean force;
  private final List<Finding> findings;

  PlaceChecks(String sourceName, boolean force, List<Finding> findings) {
    this.sourceName = sourceName;
    this.force = force;
    this.findings = findings;
  }

  /** How an operator says that a tablespace goes elsewhere. */
  static String relocation(Path from, Path to) {
    return "--relocate " + from + "=" + to;
  }

  void checkData(RestorePlace data) throws IOException {
    Path target = data.target();
    Optional<Long> pid = ServerProcess.runningIn(target);
    if (pid.isPresent()) {
      error(
          "a PostgreSQL server runs in " + target + " (process " + pid.get() + ")",
          "stop it first (pg_ctl -D '" + target + "' stop), or restore elsewhere (--into)");
    }
    checkFolder(data);
    List<Path> occupants = data.occupants();
    if (occupants.isEmpty()) {
      return;
    }
    if (force) {
      info(target + " is not empty: what is there will be moved aside");
    } else {
      error(
          target + " is not empty",
          "restore elsewhere (--into), or move what is there aside (--force)");
    }
  }

  /**
   * Looks at a tablespace's place.
   *
   * @param staysInProduction whether it would take the place of production's, though the data
   *     directory goes elsewhere
   */
  void checkTablespace(TablespacePlace tablespace, boolean staysInProduction, RestorePlace data)
      throws IOException {
    RestorePlace place = tablespace.place();
    Path from = tablespace.tablespace().location();
    Path elsewhere =
        data.target()
            .resolveSibling(data.target().getFileName() + "-tablespaces")
            .resolve(tablespace.tablespace().oid());
    if (place.target().startsWith(data.target()) || data.target().startsWith(place.target())) {
      error(
          "the tablespace at " + from + " would lie in the data directory " + data.target(),
          "put it elsewhere: " + relocation(from, elsewhere));
      return;
    }
    checkFolder(place);
    if (staysInProduction) {
      error(
          "the tablespace at " + from + " is in use there, maybe by a server at work",
          "put this copy of it elsewhere: " + relocation(from, elsewhere));
    } else if (!place.occupants().isEmpty() && force) {
      info(place.target() + " is not empty: what is there will be moved aside");
    } else if (!place.occupants().isEmpty()) {
      error(
          place.target() + " is not empty",
          "put the tablespace elsewhere ("
              + relocation(from, elsewhere)
              + "), or move what is there aside (--force)");
    }
  }

  void checkDistinct(List<TablespacePlace> tablespaces) {
    Set<Path> seen = new HashSet<>();
    for (TablespacePlace tablespace : tablespaces) {
      if (!seen.add(tablespace.place().target())) {
        error(
            "two tablespaces would go to " + tablespace.location(),
            "give each a place of its own (--relocate OLD=NEW)");
      }
    }
  }

  /** Adds up what goes to each file system. */
  void checkSpace(BackupContents contents, RestorePlace data, List<TablespacePlace> tablespaces)
      throws IOException {
    Map<FileStore, Long> needed = new HashMap<>();
    Map<FileStore, Path> where = new HashMap<>();
    long main =
        onDisk(contents.base())
            + onDisk(contents.wal())
            + contents.configuration().map(PlaceChecks::onDisk).orElse(0L);
    add(data.container(), main, needed, where);
    for (TablespacePlace tablespace : tablespaces) {
      long bytes = onDisk(tablespace.tablespace().contents());
      add(tablespace.place().container(), bytes, needed, where);
    }
    for (Map.Entry<FileStore, Long> each : needed.entrySet()) {
      long free = each.getKey().getUsableSpace();
      if (free < each.getValue()) {
        error(
            String.format(
                Locale.ROOT,
                "the file system of %s has %.1f MiB free, the restore needs %.1f MiB there",
                where.get(each.getKey()),
                free / MIB,
                each.getValue() / MIB),
            "free some, or restore elsewhere (--into, --relocate)");
      }
    }
  }

  /** Root restores for somebody else, who must be able to get at it. */
  void checkOwner(Owner owner, RestorePlace data) {
    if (owner.isRoot()) {
      findings.add(
          new Finding(
              Finding.Severity.INFO,
              sourceName,
              data.target() + " is going to belong to root, as the folder that it is in does",
              "PostgreSQL does not run as root: give it to the user who runs the server"
                  + " (chown -R postgres: …), or restore as that user"));
      return;
    }
    try {
      for (Path folder = Owner.existing(data.container());
          folder != null;
          folder = folder.getParent()) {
        if (!mayEnter(owner, folder)) {
          findings.add(
              Finding.warning(
                  sourceName,
                  owner.name() + " may not enter " + folder + ", so no server can run below it",
                  "chmod o+x '" + folder + "'"));
        }
      }
    } catch (IOException e) {
      findings.add(
          Finding.warning(
              sourceName,
              "cannot tell whether " + owner.name() + " may enter " + data.container() + ": " + e,
              "look at the modes of the folders above it"));
    }
  }

  private static boolean mayEnter(Owner owner, Path folder) throws IOException {
    Owner current = Owner.of(folder);
    Set<PosixFilePermission> modes = Files.getPosixFilePermissions(folder);
    if (current.uid() == owner.uid()) {
      return modes.contains(PosixFilePermission.OWNER_EXECUTE);
    }
    return modes.contains(PosixFilePermission.OTHERS_EXECUTE)
        || (current.gid() == owner.gid() && modes.contains(PosixFilePermission.GROUP_EXECUTE));
  }

  private void checkFolder(RestorePlace place) throws IOException {
    Path target = place.target();
    Path existing = Owner.existing(place.container());
    if (Files.exists(target) && !Files.isDirectory(target)) {
      error(target + " is not a folder", "restore elsewhere (--into, --relocate)");
    } else if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      error(
          "nothing can be written in " + existing,
          "restore as a user who may (root or postgres), or restore elsewhere (--into,"
              + " --relocate)");
    }
    for (Path staging : place.stagings()) {
      if (Staging.isAlive(staging)) {
        error(
            "another restore into " + target + " is at work (in " + staging + ")",
            "wait for it, or stop it");
      } else {
        info(staging + " was left by a restore that was interrupted, and will be removed");
      }
    }
  }

  private static long onDisk(ArtifactContents contents) {
    long blocks =
        contents.members().stream()
            .mapToLong(member -> (member.restoredSize() + BLOCK - 1) / BLOCK)
            .sum();
    return (blocks + contents.folders().size()) * BLOCK;
  }

  private static void add(
      Path folder, long bytes, Map<FileStore, Long> needed, Map<FileStore, Path> where)
      throws IOException {
    FileStore store = Files.getFileStore(Owner.existing(folder));
    needed.merge(store, bytes, Long::sum);
    where.putIfAbsent(store, folder);
  }

  private void info(String message) {
    findings.add(Finding.info(sourceName, message));
  }

  private void error(String message, String hint) {
    findings.add(Finding.error(sourceName, message, hint));
  }
}
