package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.examples.print.Table;
import io.tradingengine.backup.examples.print.Text;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Backups as people read a list of them: each full one, and below it those that build on it. A
 * chain is as long as a week has incremental backups, so that there is one indentation and no more.
 */
final class BackupTree {
  private static final String NONE = "-";

  private final Chains chains;
  private final Branches branches;

  BackupTree(Chains chains, Branches branches) {
    this.chains = chains;
    this.branches = branches;
  }

  Table table() {
    Table table =
        new Table(
            "BACKUP",
            "FINISHED",
            "TOOK",
            "STORED",
            "PLAIN",
            "SPREAD",
            "CHAIN",
            "STATE",
            "PINNED",
            "WHERE",
            "SOURCES");
    for (List<BackupMetadata> chain : chains.all()) {
      for (int i = 0; i < chain.size(); i++) {
        BackupMetadata backup = chain.get(i);
        String branch = i == 0 ? "" : branches.before(i == chain.size() - 1);
        row(
            table,
            branch + backup.backupId(),
            i == 0 ? Optional.empty() : Optional.of(chain.get(i - 1).backupId()),
            backup);
      }
    }
    return table;
  }

  private void row(Table table, String name, Optional<BackupId> above, BackupMetadata backup) {
    table.row(
        name,
        Text.time(backup.finishedAt()),
        Text.duration(backup.duration()),
        Text.bytes(backup.size()),
        Text.bytes(backup.plainSize()),
        Text.duration(backup.spread()),
        place(backup, above),
        state(backup),
        backup.pinned() ? "pinned" : NONE,
        backup.destinations().isEmpty() ? NONE : String.join(",", backup.destinations()),
        sources(backup));
  }

  /** Names the parent only if that is not what the list shows just above. */
  private String place(BackupMetadata backup, Optional<BackupId> above) {
    String parent =
        backup.parent().equals(above)
            ? ""
            : backup.parent().map(id -> ", builds on " + id).orElse("");
    Optional<Chains.Place> found = chains.place(backup);
    if (found.isEmpty()) {
      return parent.isEmpty() ? NONE : parent.substring(2);
    }
    Chains.Place place = found.get();
    if (place.length() == 1) {
      return NONE;
    }
    String savings =
        place.position() == 1
            ? ""
            : ", "
                + Text.share(backup.size(), place.full().size())
                + " of "
                + place.full().backupId();
    return place.position() + " of " + place.length() + savings + parent;
  }

  private String state(BackupMetadata backup) {
    String own = backup.degraded() ? "degraded" : "ok";
    if (chains.place(backup).isPresent()) {
      return own;
    }
    String broken = chains.lacksParent(backup) ? "parent missing" : "chain broken";
    return backup.degraded() ? own + ", " + broken : broken;
  }

  private static String sources(BackupMetadata backup) {
    return names(backup.sources(), source -> source.name() + Consistency.remark(source))
        + (backup.missing().isEmpty()
            ? ""
            : " without " + names(backup.missing(), BackupMetadata.MissingSource::name));
  }

  private static <T> String names(List<T> sources, Function<T, String> nameOf) {
    return sources.stream().map(nameOf).collect(Collectors.joining(","));
  }
}
