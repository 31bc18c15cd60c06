package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.examples.print.Table;
import io.tradingengine.backup.examples.print.Text;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A backup as people read it. */
final class BackupText {
  private BackupText() {}

  static void print(PrintWriter out, BackupMetadata backup, Chains chains) {
    out.println("Backup    " + backup.backupId() + (backup.degraded() ? "  (degraded)" : ""));
    lineage(out, backup, chains);
    out.println("System    " + backup.system());
    out.println(
        "Taken     "
            + Text.time(backup.startedAt())
            + " to "
            + Text.time(backup.finishedAt())
            + " ("
            + Text.duration(backup.duration())
            + ")");
    if (!backup.destinations().isEmpty()) {
      out.println("Where     " + String.join(", ", backup.destinations()));
    }
    if (backup.pinned()) {
      out.println("Pinned    yes: no retention policy removes it");
    }
    if (backup.sources().size() > 1) {
      out.println(
          "Spread    " + Text.duration(backup.spread()) + " between the states of the sources");
    }
    out.println(
        "Size      "
            + Text.bytes(backup.size())
            + " stored ("
            + backup.size()
            + " bytes), "
            + Text.bytes(backup.plainSize())
            + " plain, "
            + Text.ratio(backup.plainSize(), backup.size())
            + " smaller");
    chains
        .place(backup)
        .filter(place -> place.position() > 1)
        .ifPresent(place -> out.println("Saved     " + saved(backup, place.full())));
    out.println();
    Optional<BackupMetadata> full = chains.place(backup).map(Chains.Place::full);
    (backup.parent().isPresent() ? changes(backup, full) : sources(backup)).print(out, "  ");
    if (!backup.findings().isEmpty()) {
      out.println();
      Text.findings(out, backup.findings(), "  ");
    }
  }

  /** What kind of backup it is, on what it builds, and where it stands in its chain. */
  private static void lineage(PrintWriter out, BackupMetadata backup, Chains chains) {
    out.println(
        "Kind      "
            + backup.kind().label()
            + backup.parent().map(id -> ": what has changed since " + id).orElse(""));
    Optional<Chains.Place> place = chains.place(backup);
    if (place.isEmpty()) {
      out.println("Chain     unknown: a backup that it builds on is not to be found");
    } else if (place.get().length() > 1) {
      out.println(
          "Chain     "
              + place.get().position()
              + " of "
              + place.get().length()
              + ", begins with "
              + place.get().full().backupId());
    }
  }

  private static String saved(BackupMetadata backup, BackupMetadata full) {
    String share =
        "it takes "
            + Text.share(backup.size(), full.size())
            + " of "
            + full.backupId()
            + " ("
            + Text.bytes(full.size())
            + ")";
    return backup.size() < full.size()
        ? Text.share(full.size() - backup.size(), full.size()) + ": " + share
        : "nothing: " + share;
  }

  /** The sources of an incremental backup: what each builds on, and how it compares with then. */
  private static Table changes(BackupMetadata backup, Optional<BackupMetadata> full) {
    Table table =
        new Table("SOURCE", "TYPE", "BUILDS ON", "STORED", "OF FULL", "PLAIN", "TOOK", "AS OF");
    for (BackupMetadata.SourceSummary source : backup.sources()) {
      table.row(
          source.name(),
          source.type(),
          source.parent().map(BackupId::toString).orElse("nothing: it is whole"),
          Text.bytes(source.size()),
          full.flatMap(each -> source(each, source.name()))
              .map(whole -> Text.share(source.size(), whole.size()))
              .orElse("-"),
          Text.bytes(source.plainSize()),
          Text.duration(source.duration()),
          Text.moment(source.asOf()) + Consistency.remark(source));
    }
    for (BackupMetadata.MissingSource missing : backup.missing()) {
      table.row(missing.name(), missing.type(), "-", "-", "-", "-", "-", "NOT IN THIS BACKUP");
    }
    return table;
  }

  private static Optional<BackupMetadata.SourceSummary> source(BackupMetadata backup, String name) {
    return backup.sources().stream().filter(each -> each.name().equals(name)).findFirst();
  }

  private static Table sources(BackupMetadata backup) {
    Table table = new Table("SOURCE", "TYPE", "STORED", "PLAIN", "RATIO", "TOOK", "SPEED", "AS OF");
    for (BackupMetadata.SourceSummary source : backup.sources()) {
      table.row(
          source.name(),
          source.type(),
          Text.bytes(source.size()),
          Text.bytes(source.plainSize()),
          Text.ratio(source.plainSize(), source.size()),
          Text.duration(source.duration()),
          Text.rate(source.plainSize(), source.duration()),
          Text.moment(source.asOf()) + Consistency.remark(source));
    }
    for (BackupMetadata.MissingSource missing : backup.missing()) {
      table.row(missing.name(), missing.type(), "-", "-", "-", "-", "-", "NOT IN THIS BACKUP");
    }
    return table;
  }

  /** All that a restore of an incremental backup needs, the full one first. */
  static void chain(PrintWriter out, BackupMetadata backup, Chains chains) {
    if (backup.parent().isEmpty()) {
      return;
    }
    Table table = new Table("NEEDS", "FINISHED", "STORED", "WHERE");
    List<BackupMetadata> path = chains.path(backup);
    path.get(0).parent().ifPresent(missing -> table.row(missing.toString(), "MISSING", "-", "-"));
    for (BackupMetadata each : path) {
      table.row(
          each.backupId().toString(),
          Text.time(each.finishedAt()),
          Text.bytes(each.size()),
          String.join(", ", each.destinations()));
    }
    out.println();
    table.print(out, "  ");
  }

  /** What each source says of its state, such as where PostgreSQL's log stood. */
  static void attributes(PrintWriter out, BackupMetadata backup) {
    for (BackupMetadata.SourceSummary source : backup.sources()) {
      out.println();
      Table table = new Table(source.name() + Consistency.remark(source), "");
      new TreeMap<>(source.attributes()).forEach((name, value) -> table.row("  " + name, value));
      table.print(out, "  ");
    }
    out.println();
    out.println("  written by version " + backup.toolVersion());
  }
}
