package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.Captured.ArtifactInfo;
import io.tradingengine.backup.spi.IndexEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What stands in one artifact, from its index, which is believed nothing: a name that would lead
 * out of its folder, two entries of one name, bytes that overlap or lie outside are refused.
 * Immutable.
 *
 * @param artifact its name
 * @param folders paths in the artifact, parents first
 * @param members files in the order of their offsets
 * @param links paths of symbolic links in the artifact
 * @param groupReads whether the group may read what is in it
 */
record ArtifactContents(
    String artifact,
    List<String> folders,
    List<Member> members,
    List<String> links,
    boolean groupReads) {
  private static final int GROUP_READ = 0040;

  /**
   * Reads an index.
   *
   * @param prefix what stands before the artifact's paths in the server's manifest
   * @param expected finds a file in the server's manifest
   * @throws IllegalArgumentException if the index is not sound
   */
  static ArtifactContents of(
      ArtifactInfo artifact,
      List<IndexEntry> index,
      String prefix,
      Function<String, Optional<ManifestFile>> expected) {
    Set<String> seen = new HashSet<>();
    List<String> folders = new ArrayList<>();
    List<String> links = new ArrayList<>();
    List<Member> members = new ArrayList<>();
    int modes = 0;
    for (IndexEntry entry : index) {
      String path = safe(entry.path(), entry.type());
      if (!seen.add(path)) {
        throw new IllegalArgumentException("'" + path + "' stands in it twice");
      }
      switch (entry.type()) {
        case DIRECTORY -> folders.add(path);
        case SYMLINK -> links.add(path);
        case FILE -> {
          String name = prefix + path;
          members.add(new Member(name, path, entry.offset(), entry.size(), expected.apply(name)));
          modes |= entry.mode();
        }
      }
    }
    members.sort(Comparator.comparingLong(Member::offset).thenComparingLong(Member::end));
    checkPlaces(members, artifact.size());
    folders.sort(Comparator.naturalOrder());
    return new ArtifactContents(
        artifact.name(),
        List.copyOf(folders),
        List.copyOf(members),
        List.copyOf(links),
        (modes & GROUP_READ) != 0);
  }

  /** Plain bytes of all files that are restored from it. */
  long bytes() {
    return members.stream().mapToLong(Member::restoredSize).sum();
  }

  /**
   * The same, with the block maps of its incremental files.
   *
   * @param maps by the path below the data directory of the file that each was made from
   */
  ArtifactContents with(Map<String, BlockMap> maps) {
    List<Member> mapped =
        members.stream()
            .map(
                member ->
                    IncrementalName.original(member.name())
                        .map(maps::get)
                        .map(member::with)
                        .orElse(member))
            .toList();
    return new ArtifactContents(artifact, folders, mapped, links, groupReads);
  }

  /** What is in one of its folders, with paths from there; everything else must not be there. */
  ArtifactContents below(String folder) {
    String prefix = folder + "/";
    List<String> inside =
        folders.stream()
            .filter(path -> !path.equals(folder))
            .map(path -> path.substring(prefix.length()))
            .toList();
    List<Member> moved =
        members.stream()
            .map(member -> member.at(member.inArtifact().substring(prefix.length())))
            .toList();
    return new ArtifactContents(artifact, inside, moved, links, groupReads);
  }

  /** Its files alone. */
  ArtifactContents files() {
    return new ArtifactContents(artifact, List.of(), members, List.of(), groupReads);
  }

  /**
   * The path, if it stays below its folder; without the slash that may end a folder's, and without
   * the {@code ./} with which a server begins some.
   */
  private static String safe(String path, IndexEntry.Type type) {
    String name = path.startsWith("./") ? path.substring(2) : path;
    if (type == IndexEntry.Type.DIRECTORY && name.endsWith("/")) {
      name = name.substring(0, name.length() - 1);
    }
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("'" + path + "' is not a path below its folder");
      }
    }
    return name;
  }

  private static void checkPlaces(List<Member> members, long size) {
    long free = 0;
    for (Member member : members) {
      if (member.offset() < free || member.offset() > size - member.size()) {
        throw new IllegalArgumentException(
            "the bytes of '"
                + member.inArtifact()
                + "' overlap another file's or lie outside the artifact");
      }
      if (member.size() > 0) {
        free = member.end();
      }
    }
  }
}
