package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.Captured.ArtifactInfo;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads a capture's indexes and manifest, and checks that they agree. Used once, by one thread. */
final class ContentsReader {
  static final String BASE = "base";
  static final String WAL = "wal";
  static final String MANIFEST = "backup-manifest";
  static final String CONFIGURATION = "configuration";
  static final String TABLESPACE = "tablespace-";

  /** A manifest has some 200 bytes a file: this is room for five million. */
  private static final int LARGEST_MANIFEST = 1 << 30;

  private static final Pattern OID = Pattern.compile("[1-9][0-9]{0,9}");
  private static final Pattern VERSION_FOLDER = Pattern.compile("PG_[0-9]{2,3}_[0-9]{9}");
  private static final Pattern WAL_FILE = Pattern.compile("[0-9A-F]{24}|[0-9A-F]{8}\\.history");

  private final Captured captured;
  private final String sourceName;
  private final Map<String, ArtifactInfo> artifacts = new TreeMap<>();
  private Map<String, BlockMap> maps = Map.of();

  ContentsReader(Captured captured, String sourceName) {
    this.captured = captured;
    this.sourceName = sourceName;
    captured.artifacts().forEach(artifact -> artifacts.put(artifact.name(), artifact));
  }

  /**
   * Reads and checks.
   *
   * @throws IOException if the indexes or the manifest cannot be read
   * @throws IntegrityException if they do not make a whole backup
   */
  BackupContents read() throws IOException {
    ServerManifest manifest = manifest();
    maps = maps(manifest);
    ArtifactContents base = contents(BASE, "", manifest);
    List<Tablespace> tablespaces = tablespaces(manifest);
    ArtifactContents wal = contents(WAL, "pg_wal/", manifest);
    Optional<ArtifactContents> configuration =
        artifacts.containsKey(CONFIGURATION)
            ? Optional.of(contents(CONFIGURATION, "", manifest))
            : Optional.empty();
    checkLinks(base, tablespaces);
    checkFiles(manifest, base, tablespaces);
    checkWal(manifest, wal);
    return new BackupContents(captured.state(), manifest, base, tablespaces, wal, configuration);
  }

  private ServerManifest manifest() throws IOException {
    long size = artifact(MANIFEST).size();
    if (size > LARGEST_MANIFEST) {
      throw broken(MANIFEST, "has " + size + " bytes, which is more than can be read");
    }
    byte[] bytes;
    try (InputStream in = captured.open(MANIFEST, 0)) {
      bytes = in.readAllBytes();
    }
    try {
      return ServerManifest.parse(bytes);
    } catch (IllegalArgumentException e) {
      throw broken(MANIFEST, "is not what a PostgreSQL server writes: " + e.getMessage());
    }
  }

  /** The block maps of an incremental capture; none for another one. */
  private Map<String, BlockMap> maps(ServerManifest manifest) throws IOException {
    boolean incremental = way().isPresent();
    if (incremental != artifacts.containsKey(BlockMaps.ARTIFACT)) {
      throw broken(
          BlockMaps.ARTIFACT, incremental ? "is not in the backup" : "does not belong here");
    }
    if (!incremental) {
      return Map.of();
    }
    if (manifest.algorithm().isOrdered()) {
      throw broken(
          MANIFEST, "has the checksums " + manifest.algorithm() + ", which it is not asked for");
    }
    try (InputStream in = new BufferedInputStream(captured.open(BlockMaps.ARTIFACT, 0))) {
      PageLayout layout = PageLayout.of(captured.state());
      Map<String, BlockMap> read = BlockMaps.read(in, layout.pageSize());
      read.forEach((path, map) -> check(path, map, layout));
      return read;
    } catch (EOFException | IllegalArgumentException e) {
      throw broken(BlockMaps.ARTIFACT, "is not what was written: " + e.getMessage());
    }
  }

  private static void check(String path, BlockMap map, PageLayout layout) {
    if (RelationPath.of(path).isEmpty() || map.length() > layout.pagesPerSegment()) {
      throw new IllegalArgumentException(
          "'" + path + "' is no segment of " + map.length() + " blocks");
    }
  }

  private Optional<IncrementalWay> way() {
    try {
      return captured.state().find(IncrementalWay.ATTRIBUTE).map(IncrementalWay::parse);
    } catch (IllegalArgumentException e) {
      throw broken(BlockMaps.ARTIFACT, String.valueOf(e.getMessage()));
    }
  }

  private ArtifactInfo artifact(String name) {
    ArtifactInfo artifact = artifacts.get(name);
    if (artifact == null) {
      throw broken(name, "is not in the backup");
    }
    return artifact;
  }

  private ArtifactContents contents(String name, String prefix, ServerManifest manifest)
      throws IOException {
    ArtifactInfo artifact = artifact(name);
    try {
      ArtifactContents contents =
          ArtifactContents.of(
              artifact,
              captured.index(name),
              prefix,
              file ->
                  name.equals(WAL) || name.equals(CONFIGURATION)
                      ? Optional.empty()
                      : Optional.ofNullable(manifest.files().get(file)));
      return name.equals(WAL) || name.equals(CONFIGURATION) ? contents : contents.with(maps);
    } catch (IllegalArgumentException e) {
      throw broken(name, "its index is not sound: " + e.getMessage());
    }
  }

  private List<Tablespace> tablespaces(ServerManifest manifest) throws IOException {
    List<Tablespace> tablespaces = new ArrayList<>();
    for (String name : artifacts.keySet()) {
      if (name.startsWith(TABLESPACE)) {
        String oid = name.substring(TABLESPACE.length());
        if (!OID.matcher(oid).matches()) {
          throw broken(name, "is not named by an oid");
        }
        ArtifactContents contents = contents(name, "pg_tblspc/" + oid + "/", manifest);
        tablespaces.add(
            new Tablespace(oid, location(name, oid), versionFolder(contents), contents));
      }
    }
    tablespaces.sort(Comparator.comparingLong(tablespace -> Long.parseLong(tablespace.oid())));
    return tablespaces;
  }

  private Path location(String artifact, String oid) {
    Path location =
        captured
            .state()
            .find("tablespace." + oid)
            .map(Path::of)
            .orElseThrow(() -> broken(artifact, "its place in production was not recorded"));
    if (!location.isAbsolute()) {
      throw broken(artifact, "its place '" + location + "' is not an absolute path");
    }
    return location.normalize();
  }

  /** The one folder in which everything of a tablespace is. */
  private String versionFolder(ArtifactContents contents) {
    Set<String> roots = new HashSet<>();
    contents.folders().forEach(folder -> roots.add(folder.split("/", 2)[0]));
    contents.members().forEach(member -> roots.add(member.inArtifact().split("/", 2)[0]));
    if (roots.size() != 1 || !VERSION_FOLDER.matcher(roots.iterator().next()).matches()) {
      throw broken(contents.artifact(), "is not one folder such as PG_15_202209061: " + roots);
    }
    if (!contents.links().isEmpty()) {
      throw broken(contents.artifact(), "has symbolic links: " + contents.links());
    }
    return roots.iterator().next();
  }

  private void checkLinks(ArtifactContents base, List<Tablespace> tablespaces) {
    Set<String> known = new HashSet<>();
    tablespaces.forEach(tablespace -> known.add(tablespace.link()));
    for (String link : base.links()) {
      if (!known.contains(link)) {
        throw broken(BASE, "has a symbolic link that is no tablespace's: '" + link + "'");
      }
    }
    for (Member member : base.members()) {
      if (member.name().startsWith("pg_tblspc/") || member.name().startsWith("pg_wal/")) {
        throw broken(BASE, "has a file where none can be: '" + member.name() + "'");
      }
    }
  }

  private void checkFiles(
      ServerManifest manifest, ArtifactContents base, List<Tablespace> tablespaces) {
    Set<String> present = new HashSet<>();
    Set<String> restored = new HashSet<>();
    Set<String> mapped = new HashSet<>();
    checkMembers(manifest, base, present);
    tablespaces.forEach(tablespace -> checkMembers(manifest, tablespace.contents(), present));
    Stream.concat(
            base.members().stream(),
            tablespaces.stream().flatMap(each -> each.contents().members().stream()))
        .peek(member -> member.blocks().ifPresent(map -> mapped.add(member.restoredName())))
        .filter(member -> !restored.add(member.restoredName()))
        .findFirst()
        .ifPresent(
            twice -> {
              throw broken(BASE, "has '" + twice.restoredName() + "' whole and by its blocks");
            });
    if (!mapped.containsAll(maps.keySet())) {
      throw broken(BlockMaps.ARTIFACT, "names files that are not in the backup by their blocks");
    }
    for (String path : manifest.files().keySet()) {
      if (!present.contains(path)) {
        throw broken(BASE, "lacks '" + path + "', which the server's manifest names");
      }
    }
    for (String needed : List.of("PG_VERSION", "backup_label", RestoredNames.CONTROL)) {
      if (!present.contains(needed)) {
        throw broken(BASE, "lacks '" + needed + "'");
      }
    }
  }

  private void checkMembers(
      ServerManifest manifest, ArtifactContents contents, Set<String> present) {
    for (Member member : contents.members()) {
      if (member.blocks().isPresent()) {
        checkBlocks(manifest, contents, member, present);
        continue;
      }
      if (way().isPresent()
          && IncrementalName.original(member.name()).flatMap(RelationPath::of).isPresent()) {
        throw broken(BlockMaps.ARTIFACT, "does not say which blocks '" + member.name() + "' has");
      }
      long expected =
          member
              .expected()
              .orElseThrow(
                  () ->
                      broken(
                          contents.artifact(),
                          "has '" + member.name() + "', which the server's manifest does not name"))
              .size();
      if (member.size() != expected) {
        throw broken(
            contents.artifact(),
            String.format(
                Locale.ROOT,
                "has %d bytes of '%s', where the server's manifest says %d",
                member.size(),
                member.name(),
                expected));
      }
      present.add(member.name());
    }
  }

  /**
   * An incremental file. The manifest of a server that left blocks out names it; that of one whose
   * blocks we have left out names the file that it was made from.
   */
  private void checkBlocks(
      ServerManifest manifest, ArtifactContents contents, Member member, Set<String> present) {
    boolean byServer = way().equals(Optional.of(IncrementalWay.SERVER));
    String name = byServer ? member.name() : member.restoredName();
    long size = byServer ? member.size() : member.restoredSize();
    ManifestFile named = manifest.files().get(name);
    BlockMap map = member.blocks().orElseThrow();
    if (named == null || named.size() != size || map.fileLength() != member.size()) {
      throw broken(
          contents.artifact(), "has '" + member.name() + "', which is not what was written");
    }
    present.add(name);
  }

  private void checkWal(ServerManifest manifest, ArtifactContents wal) {
    long segmentSize = segmentSize();
    Set<String> present = new HashSet<>();
    for (Member member : wal.members()) {
      String name = member.inArtifact();
      boolean whole = name.endsWith(".history") || member.size() == segmentSize;
      if (!WAL_FILE.matcher(name).matches() || !whole) {
        throw broken(WAL, "has '" + name + "' of " + member.size() + " bytes, which is no segment");
      }
      present.add(name);
    }
    if (!wal.links().isEmpty() || manifest.walRanges().isEmpty()) {
      throw broken(WAL, "is not what a base backup needs");
    }
    checkReaches(manifest);
    for (ServerManifest.WalRange range : manifest.walRanges()) {
      Optional<String> missing = WalSegments.firstMissing(range, present, segmentSize);
      if (missing.isPresent()) {
        throw broken(
            WAL, "lacks the segment " + missing.get() + ", without which there is no recovery");
      }
    }
  }

  /** The manifest's WAL is that of this capture, not that of another one. */
  private void checkReaches(ServerManifest manifest) {
    List<ServerManifest.WalRange> ranges = manifest.walRanges();
    Lsn start = Lsn.parse(captured.state().require("start-lsn"));
    Lsn stop = Lsn.parse(captured.state().require("stop-lsn"));
    boolean begins = ranges.stream().anyMatch(range -> range.start().compareTo(start) <= 0);
    boolean ends = ranges.stream().anyMatch(range -> range.end().compareTo(stop) >= 0);
    if (!begins || !ends) {
      throw broken(
          MANIFEST, "is of another backup: its WAL does not reach from " + start + " to " + stop);
    }
  }

  private long segmentSize() {
    String text = captured.state().require("wal-segment-size");
    try {
      long size = Long.parseLong(text);
      if (Long.bitCount(size) == 1 && size >= 1 << 20 && size <= 1 << 30) {
        return size;
      }
    } catch (NumberFormatException e) {
      throw broken(WAL, "has segments of '" + text + "' bytes");
    }
    throw broken(WAL, "has segments of " + text + " bytes");
  }

  private IntegrityException broken(String artifact, String what) {
    return new IntegrityException(
        captured.backupId() + "/" + sourceName + "/" + artifact,
        what,
        "restore an older backup; 'verify' says which are whole",
        null);
  }
}
