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
 */
record Member(
    String name, String inArtifact, long offset, long size, Optional<ManifestFile> expected) {
  /** This file, at another path. */
  Member at(String path) {
    return new Member(name, path, offset, size, expected);
  }

  /** Where its bytes end in the artifact's plain stream. */
  long end() {
    return offset + size;
  }
}
