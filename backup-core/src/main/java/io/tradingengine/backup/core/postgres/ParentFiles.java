package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Which files an earlier capture has, and how long they were. Immutable. */
final class ParentFiles {
  private final byte[] manifest;
  private final Map<String, Long> lengths;
  private final Map<String, Instant> modified;

  private ParentFiles(byte[] manifest, Map<String, Long> lengths, Map<String, Instant> modified) {
    this.manifest = manifest;
    this.lengths = lengths;
    this.modified = modified;
  }

  /**
   * Reads what a capture remembers.
   *
   * @throws UnusableParentException if it is not what was written
   */
  static ParentFiles read(Captured parent, int pageSize) throws IOException {
    byte[] bytes = bytes(parent, ContentsReader.MANIFEST);
    boolean incremental =
        parent.artifacts().stream().anyMatch(each -> each.name().equals(BlockMaps.ARTIFACT));
    try {
      Map<String, BlockMap> maps = Map.of();
      if (incremental) {
        try (InputStream in = parent.open(BlockMaps.ARTIFACT, 0)) {
          maps = BlockMaps.read(in, pageSize);
        }
      }
      Map<String, Long> lengths = new HashMap<>();
      Map<String, Instant> modified = new HashMap<>();
      for (ManifestFile file : ServerManifest.parse(bytes).files().values()) {
        Optional<String> original = IncrementalName.original(file.path());
        String path = original.filter(maps::containsKey).orElse(file.path());
        BlockMap map = path.equals(file.path()) ? null : maps.get(path);
        lengths.put(path, map == null ? file.size() : map.bytes());
        modified.put(path, file.modified());
      }
      return new ParentFiles(bytes, lengths, modified);
    } catch (EOFException | IllegalArgumentException e) {
      throw new UnusableParentException(
          parent.backupId() + " is not what was written: " + e.getMessage());
    }
  }

  /** The server's manifest, byte for byte; not a copy. */
  byte[] manifest() {
    return manifest;
  }

  /**
   * How long a file was, in bytes; of an incremental file, that of the file that it was made from.
   *
   * @param path below the data directory
   */
  Optional<Long> length(String path) {
    return Optional.ofNullable(lengths.get(path));
  }

  /** When a file was changed last by the server's clock, in whole seconds. */
  Optional<Instant> modified(String path) {
    return Optional.ofNullable(modified.get(path));
  }

  private static byte[] bytes(Captured parent, String artifact) throws IOException {
    try (InputStream in = parent.open(artifact, 0)) {
      return in.readAllBytes();
    }
  }
}
