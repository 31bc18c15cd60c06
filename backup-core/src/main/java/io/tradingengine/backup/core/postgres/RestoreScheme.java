package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a restore is going to do. Immutable.
 *
 * @param contents what is in the backup
 * @param combination where the blocks of its incremental files come from
 * @param data where the data directory goes
 * @param tablespaces where they go
 * @param recovery which archived log is replayed on top; empty for none
 * @param owner who is to own all; empty for who runs this
 * @param findings what stands in the way (errors) and what is worth knowing
 */
record RestoreScheme(
    BackupContents contents,
    Combination combination,
    RestorePlace data,
    List<TablespacePlace> tablespaces,
    Optional<RecoverySettings> recovery,
    Optional<Owner> owner,
    List<Finding> findings) {

  RestoreScheme {
    tablespaces = List.copyOf(tablespaces);
    findings = List.copyOf(findings);
  }

  /** The places, in the order in which they are taken: the data directory is last. */
  List<RestorePlace> places() {
    List<RestorePlace> places = new ArrayList<>();
    tablespaces.forEach(tablespace -> places.add(tablespace.place()));
    places.add(data);
    return places;
  }

  /** What a person would call them. */
  List<Path> targets() {
    List<Path> targets = new ArrayList<>();
    targets.add(data.target());
    tablespaces.forEach(tablespace -> targets.add(tablespace.location()));
    return targets;
  }

  /** Bytes that are written. */
  long bytes() {
    return contents.bytes() + recovery.map(each -> each.plan().bytes()).orElse(0L);
  }

  /** What stands in the way. */
  List<Finding> obstacles() {
    return findings.stream()
        .filter(finding -> finding.severity() == Finding.Severity.ERROR)
        .toList();
  }
}
