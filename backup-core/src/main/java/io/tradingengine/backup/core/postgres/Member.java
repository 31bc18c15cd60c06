package io.tradingengine.backup.core.postgres;

import java.util.Optional;

/**
 * A file of a backup.
 *
 * @param name its path below the data directory, as the server's manifest has it
 * @param inArtifact its path in its artifact
 * @param offset where its bytes begin in the artifact's plain stream
 * @param size how many there are
 * @param expected what the server's manifest says of it; empty for WAL
 * @param blocks the blocks that an incremental file has; empty for a whole file
 */
record Member(
    String name,
    String inArtifact,
    long offset,
    long size,
    Optional<ManifestFile> expected,
    Optional<BlockMap> blocks) {

  /** A whole file. */
  Member(String name, String inArtifact, long offset, long size, Optional<ManifestFile> expected) {
    this(name, inArtifact, offset, size, expected, Optional.empty());
  }

  /** This file, at another path. */
  Member at(String path) {
    return new Member(name, path, offset, size, expected, blocks);
  }

  /** This file, which is an incremental one. */
  Member with(BlockMap map) {
    return new Member(name, inArtifact, offset, size, expected, Optional.of(map));
  }

  /** Where its bytes end in the artifact's plain stream. */
  long end() {
    return offset + size;
  }

  /** The name of the file that is restored from it, below the data directory. */
  String restoredName() {
    return blocks.isPresent() ? IncrementalName.original(name).orElseThrow() : name;
  }

  /** The path in its artifact of the file that is restored from it. */
  String restoredPath() {
    return blocks.isPresent() ? IncrementalName.original(inArtifact).orElseThrow() : inArtifact;
  }

  /** How large the file is that is restored from it, in bytes. */
  long restoredSize() {
    return blocks.map(BlockMap::bytes).orElse(size);
  }
}
