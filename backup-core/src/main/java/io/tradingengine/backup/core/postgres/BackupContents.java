package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.SourceState;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a backup of PostgreSQL holds, checked to be whole: each file of the server's
 * manifest is there with its size, nothing else is, and WAL reaches from the backup's start to its
 * end. Immutable.
 *
 * @param state what the capture said of the server
 * @param manifest the server's manifest
 * @param base the main data directory
 * @param tablespaces in the order of their oids
 * @param wal segments and timeline histories
 * @param configuration files that lay outside the data directory
 */
record BackupContents(
    SourceState state,
    ServerManifest manifest,
    ArtifactContents base,
    List<Tablespace> tablespaces,
    ArtifactContents wal,
    Optional<ArtifactContents> configuration) {

  BackupContents {
    tablespaces = List.copyOf(tablespaces);
  }

  /** Plain bytes of everything. */
  long bytes() {
    return base.bytes()
        + wal.bytes()
        + configuration.map(ArtifactContents::bytes).orElse(0L)
        + tablespaces.stream().mapToLong(tablespace -> tablespace.contents().bytes()).sum();
  }
}
