package io.tradingengine.backup.core.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes a data directory that was written from a backup one that starts: links to its tablespaces,
 * a minimal configuration in the place of production's, and a manifest that says so. Used once.
 */
final class FinishingTouch {
  private final RestoreScheme scheme;
  private final Path root;
  private final FileRights rights;
  private final Written written;
  private final Map<String, byte[]> heldBack;
  private final String folder;
  private final Set<Path> touched = new TreeSet<>();

  /** Production's files by the name under which they are kept. */
  private final Map<String, byte[]> kept;

  /**
   * Prepares it.
   *
   * @param root the data directory under construction
   */
  FinishingTouch(RestoreScheme scheme, Path root, FileRights rights, Written written) {
    this.scheme = scheme;
    this.root = root;
    this.rights = rights;
    this.heldBack = written.heldBack();
    this.written = written;
    Map<String, byte[]> inside = new HashMap<>(heldBack);
    inside.remove(RestoredNames.CONTROL);
    inside.remove(TablespaceMap.NAME);
    inside.remove(BackupLabel.NAME);
    this.folder = freeFolder(scheme.contents().base());
    this.kept = MinimalConfiguration.kept(inside, written.outside(), folder);
  }

  /**
   * What was read of the backup.
   *
   * @param heldBack the files of the base that were not written
   * @param outside the configuration files that lay outside the data directory
   * @param manifest what the server's manifest says of the files that were written
   */
  record Written(
      Map<String, byte[]> heldBack, Map<String, byte[]> outside, ServerManifest manifest) {}

  /** Where production's configuration is kept, below the data directory. */
  String folder() {
    return folder;
  }

  /** The libraries that production loads; empty if none. */
  String preloadedLibraries() {
    return MinimalConfiguration.preloadedLibraries(kept);
  }

  /**
   * Writes all but the file that makes it a data directory, durably.
   *
   * @return the folders whose names are still to be taken to the disk, once for all that is new
   */
  Set<Path> apply() throws IOException {
    Map<String, byte[]> files =
        new LinkedHashMap<>(
            MinimalConfiguration.files(
                scheme.contents().state(),
                scheme.recovery().map(RecoverySettings::settings).orElse("")));
    files.putAll(kept);
    if (heldBack.containsKey(TablespaceMap.NAME) || !scheme.tablespaces().isEmpty()) {
      files.put(TablespaceMap.NAME, tablespaceMap());
    }
    byte[] label = heldBack.get(BackupLabel.NAME);
    if (label != null) {
      files.put(BackupLabel.NAME, BackupLabel.ofWhole(label));
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      write(file.getKey(), file.getValue());
    }
    ServerManifest manifest =
        written.manifest().edited(RestoredNames.SIGNALS, files, Instant.now());
    write(RestoredNames.SERVER_MANIFEST, manifest.render());
    if (scheme.recovery().isPresent()) {
      write(scheme.recovery().get().signal(), new byte[0]);
    }
    for (TablespacePlace tablespace : scheme.tablespaces()) {
      Path link = root.resolve(tablespace.tablespace().link());
      createFolders(parent(link));
      rights.createLink(link, tablespace.location());
    }
    createFolders(root.resolve("pg_wal").resolve("archive_status"));
    return touched;
  }

  /** Writes the file without which no server starts. Comes after everything else is durable. */
  void complete() throws IOException {
    byte[] control = heldBack.get(RestoredNames.CONTROL);
    if (control == null) {
      throw new IOException(RestoredNames.CONTROL + " was not read");
    }
    Path path = root.resolve(RestoredNames.CONTROL);
    Durable.write(path, control, rights);
    Durable.sync(parent(path));
  }

  private byte[] tablespaceMap() {
    Map<String, Path> places = new TreeMap<>();
    scheme.tablespaces().forEach(place -> places.put(place.tablespace().oid(), place.location()));
    return TablespaceMap.render(places);
  }

  private void write(String name, byte[] bytes) throws IOException {
    Path path = root.resolve(name);
    createFolders(parent(path));
    Durable.write(path, bytes, rights);
  }

  private void createFolders(Path folder) throws IOException {
    rights.createFolders(folder);
    for (Path path = folder; path.startsWith(root); path = parent(path)) {
      touched.add(path);
    }
  }

  private static Path parent(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IOException("'" + path + "' is in no folder");
    }
    return parent;
  }

  /** A name that the backup does not have: it may be one of a server that was once restored. */
  private static String freeFolder(ArtifactContents base) {
    Set<String> taken = new HashSet<>(base.folders());
    String free = MinimalConfiguration.PRODUCTION;
    for (int i = 2; taken.contains(free); i++) {
      free = MinimalConfiguration.PRODUCTION + "-" + i;
    }
    return free;
  }
}
