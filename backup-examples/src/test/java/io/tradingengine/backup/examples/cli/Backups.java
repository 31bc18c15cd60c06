package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Backups of a chain, as a manager could list them. */
final class Backups {
  static final String FULL = "full-20240115-020000";
  static final String FIRST = "incremental-20240115-060000";
  static final String SECOND = "incremental-20240115-100000";
  static final String NEXT = "full-20240116-020000";

  private Backups() {}

  static BackupMetadata full(String id, long size) {
    return backup(id, Optional.empty(), size, List.of());
  }

  /** One whose {@code postgres} builds on the parent, and whose {@code redis} stands on its own. */
  static BackupMetadata incremental(String id, String parent, long size) {
    return backup(id, Optional.of(BackupId.parse(parent)), size, List.of());
  }

  static BackupMetadata backup(
      String id, Optional<BackupId> parent, long size, List<Finding> findings) {
    BackupId parsed = BackupId.parse(id);
    return new BackupMetadata(
        parsed,
        parent,
        "trading-engine",
        parsed.instant(),
        parsed.instant().plusSeconds(7),
        size,
        4 * size,
        List.of(
            source("postgres", parent, parsed, size * 9 / 10),
            source("redis", Optional.empty(), parsed, size / 10)),
        List.of(),
        findings,
        "0.1.0",
        List.of("near"),
        false);
  }

  private static BackupMetadata.SourceSummary source(
      String name, Optional<BackupId> parent, BackupId id, long size) {
    return new BackupMetadata.SourceSummary(
        name,
        name,
        parent,
        size,
        4 * size,
        id.instant().plusSeconds(6),
        Duration.ofSeconds(5),
        Map.of());
  }
}
